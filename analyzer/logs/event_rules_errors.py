"""Messages of statements that are at fault.

The texts are those of PostgreSQL's sources; the classes follow pganalyze's collector.
Where several rules fit, the first wins: narrow ones stand above broad ones.
"""

from __future__ import annotations

from analyzer.logs.event_rule import Rule

_NAME = r"\"[^\"]*\""
_END = r"(?=(?: at character \d+)?\s*\Z)"
_IN_QUOTES = r"\"(?P<table_data>(?s:.*))\""
_OBJECTS_GONE = (
    "role|type|index|collation|conversion|cast|extension|language|foreign-data wrapper"
    "|foreign server|foreign table|server|user mapping|mapping for token type"
    "|event trigger|trigger|subscription|publication|statistics object|large object"
    "|tablespace|access method|operator class|operator family|rule|policy|constraint"
    "|domain|transform|text search parser|text search dictionary|text search template"
    "|text search configuration|token type|property graph|property|label|schema"
    "|database|cursor|prepared statement|savepoint|snapshot|directory"
    "|tablesample method|default conversion|replication slot|replication origin|portal"
)
_OBJECTS_THERE = (
    "role|type|constraint|column|trigger|relation|schema|database|sequence|index"
    "|materialized view|foreign table|view|foreign-data wrapper|foreign server|server"
    "|user mapping|event trigger|subscription|publication|statistics object|tablespace"
    "|operator|rule|policy|conversion|default conversion|collation|cast|language"
    "|extension|text search parser|text search dictionary|text search template"
    "|text search configuration|enum label|function|aggregate|procedure"
    "|prepared statement|domain|property graph|alias|cursor|replication slot|table"
)
_KINDS = (
    r"(?:table or materialized view|materialized view|foreign table|BRIN index"
    rf"|unique index|index for table {_NAME}|table|view|sequence|index|domain"
    r"|composite type|property graph)"
)

NAMES = (
    Rule(
        "column_missing_from_group_by",
        rf"column {_NAME} must appear in the GROUP BY clause or be used in an "
        r"aggregate function",
    ),
    Rule(
        "column_missing_from_group_by",
        rf"subquery uses ungrouped column {_NAME} from outer query",
    ),
    Rule(
        "column_does_not_exist",
        rf"column (?:number \d+ of relation {_NAME}|(?:{_NAME}|[\w.$]+)"
        rf"(?: of relation {_NAME}| referenced in foreign key constraint"
        r"| named in (?:partition )?key)?) does not exist",
    ),
    Rule("column_reference_ambiguous", rf"column reference {_NAME} is ambiguous"),
    Rule(
        "relation_does_not_exist",
        rf"(?:relation|table|sequence|view|materialized view) {_NAME} does not exist",
    ),
    Rule(
        "relation_does_not_exist",
        r"(?:missing FROM-clause entry for table|invalid reference to FROM-clause entry"
        rf" for table) {_NAME}",
    ),
    Rule(
        "function_does_not_exist",
        r"(?:function|procedure|aggregate|routine) .+? does not exist"
        rf"(?: in operator family {_NAME})?",
    ),
    Rule(
        "function_does_not_exist",
        r"(?:function|procedure|aggregate|routine) .+? is not unique",
    ),
    Rule(
        "operator_does_not_exist",
        r"operator does not exist: [\w .,()\[\]\"+*/<>=~!@#%^&|`?-]+",
    ),
    Rule("no_such_savepoint", rf"savepoint {_NAME} does not exist"),
    Rule(
        "object_does_not_exist",
        rf"(?:{_OBJECTS_GONE}|operator \d+)\b.*does not exist"
        rf"(?: (?:for|in) [\w ]+ {_NAME})?",
    ),
    Rule(
        "object_already_exists",
        rf"(?:{_OBJECTS_THERE})\b.*already exists(?: (?:for|in) [\w ]+ {_NAME})?",
    ),
    Rule(
        "permission_denied",
        rf"permission denied(?: for [\w -]+ (?:{_NAME}|\S+)| to .+|: .+)?",
    ),
    Rule(
        "permission_denied",
        rf"must be (?:owner of [\w -]+ (?:{_NAME}|\S+)|able to SET ROLE {_NAME}"
        r"|superuser [\w ]+|member of .+)",
    ),
    Rule(
        "wrong_object_type",
        rf"{_NAME} is (?:not )?an? {_KINDS}\b",
        words=('"',),
    ),
    Rule(
        "wrong_object_type",
        rf"{_NAME} is (?:not |already )?(?:an? )?(?:hash )?partition"
        rf"(?:ed(?: table)?| of (?:partitioned table|relation) {_NAME})?",
        words=('"',),
    ),
    Rule(
        "wrong_object_type",
        rf"(?:relation {_NAME} is not a partition of relation {_NAME}"
        rf"|ALTER action .+ cannot be performed on relation {_NAME})",
        words=("relation", "ALTER"),
    ),
    Rule(
        "cannot_modify_view",
        r"cannot (?:insert into|update|delete from|merge into) "
        rf"(?:column {_NAME} of )?view {_NAME}(?: using FOR PORTION OF {_NAME})?",
    ),
    Rule(
        "cannot_drop",
        r"cannot drop .+ because other objects depend on it",
        detail=(r"(?m)^.+ depends on .+$", r"(?m)^and \d+ other objects .+$"),
    ),
    Rule(
        "column_cannot_be_cast",
        rf"column {_NAME} cannot be cast (?:automatically )?to type "
        rf"(?:{_NAME}|[\w ]+)",
    ),
)

VALUES = (
    Rule(
        "invalid_input_syntax",
        r"invalid input syntax for [\w ]+"
        rf"(?:: \"(?P<table_data>(?s:.*))\"{_END})?",
        detail=(
            r"\AEscape sequence \"(?P<table_data>.+)\" is invalid\.",
            r"\A(?:Token|Expected .+?, but found) \"(?P<table_data>.+?)\""
            r"(?: is invalid)?\.",
            r"\A(?:The input string ended unexpectedly|Expected .+)\.",
        ),
    ),
    Rule("value_too_long_for_type", r"value too long for type [\w ()]+"),
    Rule("invalid_value", rf"invalid value for parameter {_NAME}: "),
    Rule(
        "invalid_value",
        r"invalid value \"(?P<table_data>[^\"]*)\" for \"(?P<table_data_2>[^\"]*)\"",
        detail=(
            r"\AValue must be (?:an integer|in the range -?\d+ to -?\d+)\.",
            r"\AField requires \d+ characters, but only \d+ "
            r"(?:remain|could be parsed)\.",
        ),
    ),
    Rule(
        "malformed_array_literal",
        rf"malformed array literal: {_IN_QUOTES}{_END}",
        detail=(
            r"\AArray value must start with \"\{\" or dimension information\.",
            r"\AUnexpected (?:array element|end of input|\"[{}\",]+\" character)\.",
            r"\AJunk after closing right brace\.",
            r"\AMissing \"=\" after array dimensions\.",
        ),
    ),
    Rule(
        "integer_out_of_range",
        r"(?:(?:integer|bigint|smallint) out of range"
        r"|value \"(?P<table_data>[^\"]*)\" is out of range for type "
        r"(?:smallint|integer|bigint)\b)",
        words=("integer", "bigint", "smallint", "value"),
    ),
    Rule(
        "value_out_of_range",
        r"(?:interval|date/time|date|time) field value out of range: "
        r"(?:\"(?P<table_data>[^\"]*)\"|(?P<table_data_2>\S+))",
        words=("interval", "date", "time"),
    ),
    Rule(
        "value_out_of_range",
        r"(?:timestamp|date|interval) out of range(?:: \"(?P<table_data>[^\"]*)\")?",
    ),
    Rule(
        "value_out_of_range",
        r"(?:value )?\"(?P<table_data>[^\"]*)\" is out of range for type [\w ]+",
        words=("value", '"'),
    ),
    Rule(
        "value_out_of_range",
        r"(?:value for \"(?P<table_data>[^\"]*)\" in source string is out of range"
        r"|time zone displacement out of range: \"(?P<table_data_2>[^\"]*)\""
        r"|numeric time zone \"(?P<table_data_3>[^\"]*)\" out of range)",
        words=("value", "time", "numeric"),
    ),
    Rule(
        "value_out_of_range",
        r"(?:MINVALUE|MAXVALUE) \([^)]*\) is out of range for sequence data type \w+",
    ),
    Rule(
        "value_out_of_range",
        r"(?:block number out of range: -?\d+|numeric field overflow"
        r"|value overflows numeric format"
        r"|value out of range: (?:overflow|underflow)|money out of range"
        r"|result is out of range|input is out of range|pg_lsn out of range"
        r"|OID out of range)(?: for [\w ]+)?",
        words=(
            "block",
            "numeric",
            "value",
            "money",
            "result",
            "input",
            "pg_lsn",
            "OID",
        ),
        detail=(
            r"\AA field with precision \d+, scale -?\d+ "
            r"(?:must round to an absolute value less than [\d^ ]+"
            r"|cannot hold an infinite value)\.",
        ),
    ),
    Rule(
        "invalid_byte_sequence",
        r"invalid byte sequence for encoding \"[^\"]+\": (?P<table_data>.*)",
    ),
    Rule("division_by_zero", r"division by zero"),
    Rule(
        "inconsistent_range_bounds",
        r"range lower bound must be less than or equal to range upper bound",
    ),
    Rule(
        "invalid_regexp",
        r"invalid regular expression: (?:no errors detected|failed to match"
        r"|invalid regexp \(reg version 0\.8\)|invalid collating element"
        r"|invalid character class|invalid escape \\ sequence"
        r"|invalid backreference number|brackets \[\] not balanced"
        r"|parentheses \(\) not balanced|braces \{\} not balanced"
        r"|invalid repetition count\(s\)|invalid character range|out of memory"
        r"|quantifier operand invalid|\"cannot happen\" -- you found a bug"
        r"|invalid argument to regex function"
        r"|character widths of regex and string differ|invalid embedded option"
        r"|(?:regular expression|nfa) (?:is too complex|has too many states)"
        r"|too many colors|operation cancelled)",
    ),
)

STATEMENTS = (
    Rule(
        "sql_json_error",
        r"argument \"(?P<table_data>[^\"]*)\" of jsonpath item method \.\w+\(\) is "
        r"invalid for type [\w ]+",
    ),
    Rule(
        "sql_json_error",
        r"duplicate JSON object key value(?:: \"(?P<table_data>[^\"]*)\")?",
    ),
    Rule(
        "sql_json_error",
        r"JSON object does not contain key \"(?P<table_data>[^\"]*)\"",
    ),
    Rule(
        "sql_json_error",
        r"(?:trailing junk after numeric literal|invalid Unicode escape sequence) "
        r"at or near \"(?P<parsing_error>[^\"]*)\" of jsonpath input",
    ),
    Rule("sql_json_error", r"syntax error at end of jsonpath input"),
    Rule(
        "syntax_error",
        r"syntax error (?:at end of input|at or near \"(?P<parsing_error>(?s:.+))\""
        rf"{_END})",
    ),
    Rule(
        "unterminated_quoted_string",
        r"unterminated (?:dollar-)?quoted string"
        rf"(?: at or near \"(?P<parsing_error>(?s:.+))\"{_END})?",
    ),
    Rule(
        "unterminated_quoted_identifier",
        r"unterminated quoted identifier"
        rf"(?: at or near \"(?P<parsing_error>(?s:.+))\"{_END})?",
    ),
    Rule("subquery_missing_alias", r"(?:subquery|VALUES) in FROM must have an alias"),
    Rule(
        "insert_target_column_mismatch",
        r"INSERT has more (?:expressions than target columns"
        r"|target columns than expressions)",
    ),
    Rule(
        "any_all_requires_array",
        r"op ANY/ALL \(array\) requires (?:array on right side"
        r"|operator to (?:yield boolean|not return a set))",
    ),
    Rule(
        "transaction_is_aborted",
        r"current transaction is aborted, commands ignored until end of transaction "
        r"block",
    ),
    Rule(
        "on_conflict_no_constraint_match",
        r"there is no unique or exclusion constraint matching the ON CONFLICT "
        r"specification",
    ),
    Rule(
        "on_conflict_row_affected_twice",
        r"(?:ON CONFLICT DO UPDATE|MERGE) command cannot affect row a second time",
    ),
    Rule("param_missing", r"there is no parameter \$\d+"),
    Rule(
        "param_missing",
        r"bind message supplies \d+ parameters, but prepared statement \"[^\"]*\" "
        r"requires \d+",
    ),
    # Before PostgreSQL 11.
    Rule("no_such_savepoint", r"no such savepoint"),
    Rule(
        "could_not_serialize_repeatable_read",
        r"could not serialize access due to concurrent (?:update|delete)",
    ),
    Rule(
        "could_not_serialize_serializable",
        r"could not serialize access due to read/write dependencies among transactions",
        detail=(r"\AReason code: Canceled on [\w ,]+\.",),
    ),
)
