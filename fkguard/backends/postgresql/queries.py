"""The catalogue queries of PostgreSQL.

Each asks for all tables at once and takes the tables' oids as its parameters, so
that a percent sign is written twice.
"""

from __future__ import annotations

SERVER = """
SELECT current_database(), pg_encoding_to_char(encoding), datcollate,
       current_setting('server_version_num')::int,
       current_setting('session_replication_role')
FROM pg_database WHERE datname = current_database()
"""

#: Whether the bare name finds the table, or would find it once it is made.
IS_VISIBLE = """
SELECT coalesce(
    (SELECT pg_table_is_visible(c.oid)
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = %s AND c.relname = %s),
    %s = ANY (current_schemas(false)) AND to_regclass(quote_ident(%s)) IS NULL
)
"""

#: The key of a table: bare where the search path finds it.
_SCHEMA = """
CASE WHEN pg_table_is_visible({0}.oid) THEN '' ELSE {0}n.nspname::text END
"""

_RELATIONS = f"""
SELECT c.oid::bigint, {_SCHEMA.format("c")}, c.relname::text, c.relkind::text,
       c.relpersistence::text, coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class c
JOIN pg_namespace cn ON cn.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.oid IN (
    SELECT oid FROM asked
    UNION
    SELECT f.conrelid FROM pg_constraint f
    WHERE f.contype = 'f' AND f.confrelid IN (SELECT oid FROM asked)
)
ORDER BY c.oid
"""

#: The tables of the search path, and what references them.
RELATIONS = f"""
WITH asked AS (
    SELECT t.oid FROM pg_class t
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE t.relkind IN ('r', 'p')
    AND (tn.nspname = ANY (current_schemas(false))
         OR tn.oid = pg_my_temp_schema())
    AND tn.nspname NOT IN ('pg_catalog', 'information_schema')
    AND tn.nspname NOT LIKE 'pg\\_toast%%'
)
{_RELATIONS}
"""

#: The tables of some keys, and what references them.
NAMED_RELATIONS = f"""
WITH asked AS (
    SELECT t.oid FROM pg_class t
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE t.relkind IN ('r', 'p')
    AND t.relname = ANY (%s::text[])
    AND tn.nspname NOT IN ('pg_catalog', 'information_schema')
    AND ((t.relname = ANY (%s::text[]) AND pg_table_is_visible(t.oid))
         OR (tn.nspname, t.relname) IN (
             SELECT * FROM unnest(%s::text[], %s::text[])
         ))
)
{_RELATIONS}
"""

COLUMNS = """
SELECT a.attrelid::bigint, a.attnum, a.attname::text,
       format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       CASE WHEN a.attcollation <> t.typcollation
            THEN coalesce(co.collname::text, '') ELSE '' END,
       coalesce(col_description(a.attrelid, a.attnum), ''),
       CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual'
            ELSE '' END,
       a.attidentity <> '' OR (
           a.attgenerated = ''
           AND starts_with(coalesce(pg_get_expr(d.adbin, d.adrelid), ''), 'nextval(')
       )
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY (%s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""


def constraints(version: tuple[int, ...]) -> str:
    """Return the query for every constraint but NOT NULL and triggers."""
    set_columns = "c.confdelsetcols" if version >= (15,) else "NULL::int2[]"
    is_enforced = "c.conenforced" if version >= (18,) else "true"
    has_period = "c.conperiod" if version >= (18,) else "false"
    # Where the referenced table is partitioned, each of its partitions has a row
    # here too, of the same referencing table; those are no constraints to users.
    return f"""
SELECT c.conrelid::bigint, c.contype::text, c.conindid::bigint,
       c.conname::text, c.conkey, c.condeferrable, c.condeferred, c.convalidated,
       c.coninhcount > 0, c.connoinherit, {is_enforced},
       EXISTS (SELECT FROM pg_trigger g
               WHERE g.tgconstraint = c.oid AND g.tgenabled IN ('D', 'R')),
       {has_period},
       c.confdeltype::text, c.confupdtype::text, c.confmatchtype::text,
       {set_columns},
       CASE WHEN c.contype = 'f' THEN {_SCHEMA.format("r")} END, r.relname::text,
       CASE WHEN c.contype = 'f' THEN ARRAY(
           SELECT a.attname::text
           FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
           JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number
           ORDER BY k.place
       ) END,
       CASE WHEN c.contype = 'c' THEN pg_get_expr(c.conbin, c.conrelid) END,
       CASE WHEN c.contype <> 'c' THEN pg_get_constraintdef(c.oid) END
FROM pg_constraint c
LEFT JOIN pg_class r ON r.oid = c.confrelid AND c.contype = 'f'
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_constraint p ON p.oid = c.conparentid
WHERE c.conrelid = ANY (%s::oid[])
AND c.contype IN ('p', 'u', 'f', 'c', 'x')
AND (c.contype <> 'f' OR p.oid IS NULL OR p.conrelid <> c.conrelid)
ORDER BY c.conrelid, c.conname
"""


def indexes(version: tuple[int, ...]) -> str:
    """Return the query for every index, those of constraints included."""
    nulls = "i.indnullsnotdistinct" if version >= (15,) else "false"
    # The columns that an expression or a predicate reads are dependencies of the
    # index; nothing needs to take the SQL apart.
    return f"""
SELECT i.indexrelid::bigint, i.indrelid::bigint,
       EXISTS (SELECT FROM pg_constraint c
               WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid
               AND c.contype IN ('p', 'u', 'x')),
       x.relname::text, i.indisunique,
       i.indisvalid, NOT {nulls}, x.relispartition, m.amname::text,
       string_to_array(i.indkey::text, ' ')::int[], i.indnkeyatts,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false)
             FROM generate_series(1, i.indnatts) AS k),
       coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
       ARRAY(SELECT DISTINCT d.refobjsubid FROM pg_depend d
             WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
             AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid
             AND d.refobjsubid > 0),
       substr(
           pg_get_indexdef(i.indexrelid),
           length('CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END
                  || 'INDEX ' || quote_ident(x.relname) || ' ON '
                  || CASE WHEN x.relkind = 'I' THEN 'ONLY ' ELSE '' END
                  || quote_ident(tn.nspname) || '.' || quote_ident(t.relname)) + 2
       )
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE i.indrelid = ANY (%s::oid[])
ORDER BY i.indrelid, x.relname
"""


#: What hangs on a table or on its columns: views through their rewrite rules,
#: generated columns, child tables, triggers, policies, statistics, functions ...
#: whatever is neither a constraint, an index, a default nor a sequence.
DEPENDENTS = """
SELECT d.refobjid::bigint,
       CASE WHEN g.attname IS NOT NULL THEN 'generated column'
            ELSE coalesce(v.type, o.type) END,
       CASE WHEN g.attname IS NOT NULL THEN g.attname::text
            WHEN v.type IS NOT NULL
            THEN CASE WHEN pg_table_is_visible(w.ev_class)
                      THEN v.object_names[2]
                      ELSE v.object_names[1] || '"."' || v.object_names[2] END
            WHEN o.type = 'publication relation' THEN o.object_args[1]
            ELSE o.object_names[cardinality(o.object_names)] END,
       array_agg(DISTINCT d.refobjsubid),
       bool_or(d.deptype = 'a') OR bool_or(g.attname IS NOT NULL)
FROM pg_depend d
LEFT JOIN pg_rewrite w
    ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
    AND w.ev_class <> d.refobjid AND w.rulename = '_RETURN'
LEFT JOIN pg_class x ON d.classid = 'pg_class'::regclass AND x.oid = d.objid
LEFT JOIN pg_attrdef e
    ON d.classid = 'pg_attrdef'::regclass AND e.oid = d.objid
    AND e.adrelid = d.refobjid AND e.adnum <> d.refobjsubid
-- PostgreSQL 14 hangs the column itself on what it is made of.
LEFT JOIN pg_attribute g
    ON g.attrelid = d.refobjid AND g.attgenerated <> ''
    AND g.attnum = CASE WHEN e.oid IS NOT NULL THEN e.adnum
                        WHEN x.oid = d.refobjid THEN d.objsubid END
CROSS JOIN LATERAL pg_identify_object_as_address(
    d.classid, d.objid, d.objsubid
) o
LEFT JOIN LATERAL pg_identify_object_as_address(
    'pg_class'::regclass, w.ev_class, 0
) v ON w.oid IS NOT NULL
WHERE d.refclassid = 'pg_class'::regclass
AND d.refobjid = ANY (%s::oid[])
AND d.deptype IN ('n', 'a')
AND d.classid NOT IN (
    'pg_constraint'::regclass, 'pg_type'::regclass, 'pg_statistic_ext'::regclass
)
AND (d.classid <> 'pg_attrdef'::regclass OR g.attname IS NOT NULL)
AND (x.oid IS NULL OR x.relkind IN ('r', 'p', 'f'))
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""
