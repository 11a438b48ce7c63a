"""The catalogue of hazards: an explicit tuple, in the order of judgement."""

from __future__ import annotations

from importlib.resources import files

from ...schema.catalogue import Catalogue
from .base import Case, Hazard, Leftover, Reference, Surroundings
from .check_member_dropped import CheckMemberDropped
from .check_removed import CheckRemoved
from .circular_foreign_keys import CircularForeignKeys
from .code_not_seen import CodeNotSeen
from .collation_differs import CollationDiffers
from .column_collation_altered import ColumnCollationAltered
from .column_definition_reset import ColumnDefinitionReset
from .column_readded import ColumnReadded
from .column_type_differs import ColumnTypeDiffers
from .constraint_missing import ConstraintMissing
from .constraint_not_supported import ConstraintNotSupported
from .constraint_recreated import ConstraintRecreated
from .constraint_replaced import ConstraintReplaced
from .constraint_undeclared import ConstraintUndeclared
from .constraint_unenforced import ConstraintUnenforced
from .constraint_weakened import ConstraintWeakened
from .dependents_cascaded import DependentsCascaded
from .duplicate_rows import DuplicateRows
from .engine_unenforcing import EngineUnenforcing
from .engine_without_foreign_keys import EngineWithoutForeignKeys
from .foreign_key_checks_off import ForeignKeyChecksOff
from .foreign_key_ends_mismatched import ForeignKeyEndsMismatched
from .foreign_key_left_behind import ForeignKeyLeftBehind
from .foreign_key_made_otherwise import ForeignKeyMadeOtherwise
from .foreign_key_misdirected import ForeignKeyMisdirected
from .foreign_key_mismatched import ForeignKeyMismatched
from .foreign_key_removed import ForeignKeyRemoved
from .foreign_key_retargeted import ForeignKeyRetargeted
from .foreign_key_undeclared import ForeignKeyUndeclared
from .generated_column_in_key import GeneratedColumnInKey
from .half_applied import HalfApplied
from .index_condition_column_dropped import IndexConditionColumnDropped
from .integrity_given_up import IntegrityGivenUp
from .join_table_without_unique import JoinTableWithoutUnique
from .key_too_long import KeyTooLong
from .many_to_many_retargeted import ManyToManyRetargeted
from .missing_referenced_table import MissingReferencedTable
from .name_taken import NameTaken
from .name_too_long import NameTooLong
from .null_rows import NullRows
from .orphaned_rows import OrphanedRows
from .outside_foreign_key_retyped import OutsideForeignKeyRetyped
from .partitioned_or_temporary_table import PartitionedOrTemporaryTable
from .pending_trigger_events import PendingTriggerEvents
from .primary_key_moved import PrimaryKeyMoved
from .referenced_key_missing import ReferencedKeyMissing
from .referenced_key_not_unique import ReferencedKeyNotUnique
from .referenced_table_dangling import ReferencedTableDangling
from .referenced_table_dropped import ReferencedTableDropped
from .referenced_table_refused import ReferencedTableRefused
from .referenced_unique_dropped import ReferencedUniqueDropped
from .referential_action_altered import ReferentialActionAltered
from .removal_not_found import RemovalNotFound
from .row_too_large import RowTooLarge
from .rows_breaking_check import RowsBreakingCheck
from .session_without_checks import SessionWithoutChecks
from .set_null_on_not_null import SetNullOnNotNull
from .sql_converts_table import SqlConvertsTable
from .sql_drops_constraint import SqlDropsConstraint
from .sql_not_read import SqlNotRead
from .state_only_change import StateOnlyChange
from .table_absent import TableAbsent
from .table_rebuilt import TableRebuilt
from .text_column_in_key import TextColumnInKey
from .type_held import TypeHeld
from .type_not_converted import TypeNotConverted
from .unattributed_unique_dropped import UnattributedUniqueDropped
from .unconstrained_foreign_key_dropped import UnconstrainedForeignKeyDropped
from .unforeseen_loss import UnforeseenLoss
from .unique_member_dropped import UniqueMemberDropped
from .unique_removed import UniqueRemoved
from .unique_weakened import UniqueWeakened
from .unknown_unique_dropped import UnknownUniqueDropped
from .uuid_storage_differs import UuidStorageDiffers
from .values_cut import ValuesCut

#: The first that applies has the word, so the special stand before the general.
HAZARDS: tuple[Hazard, ...] = (
    # Told by the kind of consequence alone.
    NameTaken(),
    NameTooLong(),
    KeyTooLong(),
    RowTooLarge(),
    TypeHeld(),
    TypeNotConverted(),
    RemovalNotFound(),
    # A foreign key that cannot be: the rules of the database say which.
    SessionWithoutChecks(),
    EngineWithoutForeignKeys(),
    PartitionedOrTemporaryTable(),
    TextColumnInKey(),
    GeneratedColumnInKey(),
    ColumnTypeDiffers(),
    UuidStorageDiffers(),
    CollationDiffers(),
    SetNullOnNotNull(),
    ReferencedKeyMissing(),
    ReferencedKeyNotUnique(),
    ConstraintNotSupported(),
    JoinTableWithoutUnique(),
    ForeignKeyMismatched(),
    IntegrityGivenUp(),
    ManyToManyRetargeted(),
    OrphanedRows(),
    DuplicateRows(),
    ConstraintRecreated(),
    NullRows(),
    RowsBreakingCheck(),
    ValuesCut(),
    MissingReferencedTable(),
    HalfApplied(),
    # What a migration declares, or only the linter looks at.
    ForeignKeyRemoved(),
    UniqueRemoved(),
    CheckRemoved(),
    ForeignKeyRetargeted(),
    UniqueWeakened(),
    ConstraintReplaced(),
    CircularForeignKeys(),
    SqlDropsConstraint(),
    SqlNotRead(),
    CodeNotSeen(),
    SqlConvertsTable(),
    ForeignKeyChecksOff(),
    PendingTriggerEvents(),
    StateOnlyChange(),
    ForeignKeyLeftBehind(),
    # A column goes. Whether it comes back matters most, then whose it was.
    ColumnReadded(),
    UniqueMemberDropped(),
    IndexConditionColumnDropped(),
    CheckMemberDropped(),
    UnknownUniqueDropped(),
    PrimaryKeyMoved(),
    DependentsCascaded(),
    # A table goes.
    ReferencedTableDropped(),
    ReferencedTableRefused(),
    ReferencedTableDangling(),
    # A column changes. A foreign key without its unique may fail like one whose
    # type changes, and on MariaDB look like one that is dropped.
    ReferencedUniqueDropped(),
    OutsideForeignKeyRetyped(),
    ForeignKeyMadeOtherwise(),
    UnconstrainedForeignKeyDropped(),
    UnattributedUniqueDropped(),
    ColumnDefinitionReset(),
    # What verify finds; told by the kind alone, too.
    TableAbsent(),
    ConstraintMissing(),
    ConstraintWeakened(),
    ConstraintUnenforced(),
    ForeignKeyMisdirected(),
    ReferentialActionAltered(),
    EngineUnenforcing(),
    ForeignKeyEndsMismatched(),
    ColumnCollationAltered(),
    ForeignKeyUndeclared(),
    ConstraintUndeclared(),
    # Whatever else SQLite loses, and whatever else is lost.
    TableRebuilt(),
    UnforeseenLoss(),
)


def cause_of(case: Case, catalogue: Catalogue) -> Hazard | None:
    """Return the first hazard that applies; None where nothing is lost."""
    return next((each for each in HAZARDS if each.applies(case, catalogue)), None)


def named(name: str) -> Hazard | None:
    """Return the hazard of an id ("E101", "fkguard.E101") or of a slug, or None."""
    bare = name.rpartition(".")[2]
    return next(
        (each for each in HAZARDS if bare.upper() == each.id or bare == each.slug), None
    )


def page(hazard: Hazard) -> str:
    """Return the hazard's page, in Markdown."""
    path = files(__name__).joinpath("pages", f"{hazard.slug}.md")
    return path.read_text(encoding="utf-8")


__all__ = [
    "HAZARDS",
    "Case",
    "Hazard",
    "Leftover",
    "Reference",
    "Surroundings",
    "cause_of",
    "named",
    "page",
]
