-- What the database has added to sorting, hashing and searching of types that it did not
-- make: one name per default operator class, support function or operator of its own.
-- ORDER BY, DISTINCT, GROUP BY, windows and indexes call these without naming them, in
-- whatever schema they are.
-- And what of PostgreSQL's own now calls a function of the database.
-- Needs: nothing. Costs: scans of pg_opclass, pg_amproc, pg_amop (1,500 rows), pg_type
-- and pg_operator (800 rows).
WITH trusted AS (
    SELECT membership.classid, membership.objid
    FROM pg_depend AS membership
    JOIN pg_extension AS extension ON extension.oid = membership.refobjid
    WHERE membership.deptype = 'e'
        AND membership.refclassid = 'pg_extension'::regclass
        AND extension.extname = ANY (%(trusted)s::text[])
), family AS (
    SELECT known.oid FROM pg_opfamily AS known WHERE known.oid < 16384
)
SELECT 'user operator class' AS rule, class.opcname AS name
FROM pg_opclass AS class
JOIN pg_am AS method ON method.oid = class.opcmethod
JOIN pg_type AS type ON type.oid = class.opcintype
WHERE class.oid >= 16384
    AND class.opcdefault
    AND method.amname IN ('btree', 'hash')
    AND (type.oid < 16384 OR type.typtype IN ('e', 'd', 'c'))
    AND NOT EXISTS (
        SELECT FROM trusted
        WHERE trusted.classid = 'pg_opclass'::regclass AND trusted.objid = class.oid
    )
UNION
SELECT 'user operator class', function.proname
FROM pg_amproc AS support
JOIN family ON family.oid = support.amprocfamily
JOIN pg_proc AS function ON function.oid = support.amproc
WHERE support.oid >= 16384
    AND NOT EXISTS (
        SELECT FROM trusted
        WHERE trusted.classid = 'pg_proc'::regclass AND trusted.objid = function.oid
    )
UNION
SELECT 'user operator class', operator.oprname
FROM pg_amop AS member
JOIN family ON family.oid = member.amopfamily
JOIN pg_operator AS operator ON operator.oid = member.amopopr
WHERE member.oid >= 16384
    AND NOT EXISTS (
        SELECT FROM trusted
        WHERE trusted.classid = 'pg_operator'::regclass
            AND trusted.objid = operator.oid
    )
UNION
SELECT 'replaced built-in', 'operator ' || made.oprname
FROM pg_operator AS made
WHERE made.oid < 16384 AND greatest(made.oprcode, made.oprrest, made.oprjoin) >= 16384
UNION
SELECT 'replaced built-in', 'type ' || made.typname
FROM pg_type AS made
WHERE made.oid < 16384
    AND greatest(
        made.typinput, made.typoutput, made.typreceive, made.typsend,
        made.typmodin, made.typmodout, made.typanalyze
    ) >= 16384
UNION
SELECT 'replaced built-in', 'cast to ' || format_type(made.casttarget, NULL)
FROM pg_cast AS made
WHERE made.oid < 16384 AND made.castfunc >= 16384
UNION
SELECT 'replaced built-in', 'function ' || made.amproc
FROM pg_amproc AS made
WHERE made.oid < 16384 AND made.amproc >= 16384
UNION
-- What stands in for an argument that a call leaves out.
SELECT 'replaced built-in', made.proname
FROM pg_proc AS made
WHERE made.oid < 16384
    AND made.pronargdefaults > 0
    AND EXISTS (
        SELECT
        FROM regexp_matches(
            made.proargdefaults::text, ':(?:funcid|opfuncid|resulttype) (\d+)', 'g'
        ) AS used (oid)
        WHERE used.oid[1]::int8 >= 16384
    )
UNION
-- What reads the name of a type, as ::regtype does, calls this with what is in brackets.
SELECT 'user type', made.typname
FROM pg_type AS made
JOIN pg_proc AS function ON function.oid = made.typmodin
JOIN pg_language AS language ON language.oid = function.prolang
WHERE function.oid >= 16384 AND language.lanname NOT IN ('c', 'internal')
