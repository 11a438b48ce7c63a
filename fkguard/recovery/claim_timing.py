"""How long the claim of a database waits for what, in seconds."""

from __future__ import annotations

#: Seconds between two signs of life of a holder.
BEAT = 2.0
#: Seconds without a sign of life after which a holder on another host is asked for one.
LIFETIME = 20.0
#: Seconds that it has to answer.
CHALLENGE = 6.0
#: Seconds of one's own statement from which the server may have been stopped for all,
#: as a Galera cluster is by DDL: what was observed meanwhile proves nothing.
SLOW = 1.0
#: Seconds for which a sign of life that the server accepted is not repeated.
FRESH = 1.0
#: Seconds that errors of the claim's own connection are answered with another try.
PATIENCE = 10.0
#: Seconds that the run's own connection may lag behind the claim's.
LAG = 30.0
