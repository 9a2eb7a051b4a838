"""Messages of two large families of faults: SQL/JSON and partitioning.

The texts are those of PostgreSQL's sources; the classes follow pganalyze's collector.
"""

from __future__ import annotations

from analyzer.logs.event_rule import Rule

_NAME = r"\"[^\"]*\""

_JSONPATH = (
    r"jsonpath (?:item method \.\w+\(\)|(?:wildcard )?(?:member|array) accessor"
    r"|array subscript) .+",
    r"(?:left|right) operand of jsonpath operator \S+ is not a single numeric value",
    r"operand of unary jsonpath operator \S+ is not a numeric value",
    r"(?:precision|scale|time precision|field position) of jsonpath item method "
    r"\.\w+\(\) (?:is out of range for type integer|must not be zero)",
    r"could not find jsonpath variable \"[^\"]*\"",
    r"no SQL/JSON item found for specified path(?: of column \"[^\"]*\")?",
    r"JSON path expression .+",
    r"expected JSON array",
    r"malformed JSON array",
    r"JSON value must not be null",
    r"key value must be scalar, not array, composite, or json",
    r"cannot cast jsonb .+ to type [\w ]+",
    r"cannot cast type [\w ]+ to jsonb?",
    r"cannot call jsonb?_\w+ on (?:a scalar|an array|a non-array|an object)",
    r"could not determine row type for result of jsonb?_populate_record(?:set)?",
    r"(?:invalid )?JSON_TABLE .+",
    r"duplicate JSON_TABLE column or path name: \S+",
    r"only string constants are supported in JSON_TABLE path specification",
    r"cannot specify (?:\w+ in JSON mode|FORMAT JSON in RETURNING clause of "
    r"JSON_\w+\(\))",
    r"cannot use (?:type [\w ]+ in (?:IS JSON predicate|RETURNING clause of "
    r"JSON_\w+\(\))|non-string types with explicit FORMAT JSON clause)",
    r"cannot set JSON encoding for non-bytea output types",
    r"returning pseudo-types is not supported in SQL/JSON functions",
    r"SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used",
    r"null_value_treatment must be .+",
    r"(?:unsupported|unrecognized) JSON encoding(?:: \w+)?",
    r"JSON ENCODING clause is only allowed for bytea input type",
    r"COPY FORMAT JSON is not supported for COPY FROM",
    r"COPY FORCE_ARRAY can only be used with JSON mode",
    r"jsonb subscript (?:does not support slices|in assignment must not be null)",
)
_PARTITIONS = (
    rf"partition {_NAME} (?:would overlap partition|conflicts with existing default "
    rf"partition) {_NAME}",
    rf"partition {_NAME} (?:already pending detach in partitioned table {_NAME}"
    r"|was removed concurrently)",
    rf"partition with name {_NAME} is already used",
    r"partition key column \S+ has pseudo-type \w+",
    r"partition key expressions cannot contain system column references",
    r"partition of hash-partitioned table cannot be (?:split|merged)",
    r"partitions being merged have different owners",
    rf"partitioned table {_NAME} was removed concurrently",
    r"partitioned tables cannot be unlogged",
    r"cannot .+(?i:partition).*",
    r"invalid bound specification for a \w+ partition",
    rf"empty range bound specified for partition {_NAME}",
    r"(?:remainder|modulus) for hash partition .+",
    r"every hash partition modulus must be a factor of the next larger modulus",
    r"a hash-partitioned table may not have a default partition",
    r"number of partitioning columns \(\d+\) does not match number of partition keys "
    r"provided \(\d+\)",
    rf"unrecognized partitioning strategy {_NAME}",
    r"column \d+ of the partition key .+",
    r"(?:aggregate|window|set-returning) functions are not allowed in partition "
    r"(?:bound|key expressions)",
    r"functions in partition key expression must be marked IMMUTABLE",
    r"(?:UNIQUE|PRIMARY KEY|EXCLUDE) constraint on partitioned table must include all "
    r"partitioning columns",
    r"unsupported (?:UNIQUE|PRIMARY KEY) constraint with partition key definition",
    rf"not-null constraints? .*partitioned tables?(?: {_NAME})? cannot be NO INHERIT",
    r"identity columns are not supported on partitions",
    rf"removing partition {_NAME} violates foreign key constraint {_NAME}",
    rf"(?:upper|lower) bound of partition {_NAME} .+",
    r"(?:new partition|new partitions'|list of (?:new partitions|partitions to be "
    r"merged)) .+",
    r"moving row to another partition during a BEFORE FOR EACH ROW trigger is not "
    r"supported",
    rf"trigger {_NAME} prevents table {_NAME} from becoming a partition",
    r"ROW triggers with transition tables are not supported on partitions",
    r"(?:TO|FROM) must specify exactly one value per partitioning column",
)
_FIRST_WORDS = {
    _PARTITIONS[-5]: ("new", "list"),
    _JSONPATH[0]: ("jsonpath",),
}

FAMILIES = (
    *(
        Rule("partition_error", text, words=_FIRST_WORDS.get(text, ()))
        for text in _PARTITIONS
    ),
    *(
        Rule("sql_json_error", text, words=_FIRST_WORDS.get(text, ()))
        for text in _JSONPATH
    ),
    Rule(
        "sql_json_error", r"NaN or Infinity is not allowed for jsonpath item method .+"
    ),
)
