"""The lock of `kz.sql`: what a stranger's query may name, call, and grow to.

The engine parses, and looks names up, without a clock and without a limit of memory, and a query of
a few hundred characters can take it minutes and gigabytes there. So a query is measured before each
of these steps: first its tokens, then its syntax tree, each part counted as often as the engine
will repeat it.
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from kzdata.engine.queries import duckdb
from kzdata.engine.sql import sayable
from kzdata.errors import QueryError

if TYPE_CHECKING:
    from kzdata.engine.queries import DuckDBPyConnection

MAX_CHARACTERS = 100_000  # characters of a query
# Words, signs and values of a query, counted as often as the parser copies them.
MAX_TOKENS = 20_000
MAX_NESTING = 50  # how deep brackets of a query may stand inside each other
MAX_NAMES = 10  # names with points between them that may make one name
MAX_GROUPS = 256  # sets of columns that ROLLUP, CUBE and GROUPING SETS of a query may come to
# Parts of a query's syntax tree, without its values: those are as many as its tokens at most.
MAX_NODES = 5_000
MAX_DEPTH = 200  # how deep the parts of a syntax tree may stand inside each other
# Parts of a syntax tree, counted as often as the engine copies them when it looks names up.
MAX_SIZE = 10_000
MAX_COLUMNS = 1_000  # columns of an answer, or of a query inside a query, beside those of one table
# Parts for which a table, or a query inside a query, counts: the engine looks for the best order of
# them. One that is the only table of its FROM, as in the branches of a UNION, has no order.
TABLE_SIZE, LONE_SIZE = 100, 40
# Table functions that read their arguments, or what a database knows of itself, and change nothing.
TABLE_FUNCTIONS = frozenset(
    "range generate_series unnest repeat repeat_row json_each json_tree icu_calendar_names "
    "pg_timezone_names test_all_types duckdb_columns duckdb_constraints duckdb_databases "
    "duckdb_dependencies duckdb_extensions duckdb_functions duckdb_indexes duckdb_keywords "
    "duckdb_memory duckdb_optimizers duckdb_schemas duckdb_sequences duckdb_settings duckdb_tables "
    "duckdb_types duckdb_variables duckdb_views pragma_collations pragma_database_size "
    "pragma_platform pragma_show pragma_storage_info pragma_table_info pragma_user_agent "
    "pragma_version summary".split()
)
# Scalar functions that leave something behind, take SQL as a text, which nobody has looked at, or
# repeat what they are given a dozen times.
FORBIDDEN_FUNCTIONS = frozenset(
    "write_log setval nextval json_serialize_sql json_serialize_plan json_deserialize_sql "
    "format_pg_type map_to_pg_oid".split()
)
# Functions that the engine writes out as an expression in which an argument stands twice.
REPEATING = frozenset(
    "nullif split_part fmod array_to_string array_to_string_comma_default array_pop_back "
    "weighted_avg wavg map_contains_entry json_group_object json_group_array".split()
)
# Other parts of a tree of which the engine makes two.
REPEATED = frozenset("COMPARE_BETWEEN LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER PIVOT".split())
# Functions whose second argument is a type, in JSON; the engine's stack ends before a long one.
TYPED_BY_TEXT = frozenset("json_transform json_transform_strict from_json from_json_strict".split())
MAX_TYPE = 1_000  # characters of such a type
# Functions that make one value of several, whose parts stay apart.
PACKING = frozenset("struct_pack row map struct_insert struct_concat".split())
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
# What a tree calls a value that stands in the query; it holds nothing to be looked at.
VALUE = "VALUE_CONSTANT"
Node = dict[str, Any]


def checked(cursor: "DuckDBPyConnection", sql: str, widest: int) -> str:
    """A stranger's query as one that may be asked of a database whose widest table is so wide.

    Raises:
        QueryError: It is not one SELECT, calls a function that is shut, or grows too large.
    """
    _check_tokens(word for _, word in _words(sql))
    statements = cursor.extract_statements(sql)
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        raise QueryError(f"one SELECT is allowed, not {', '.join(kinds[:5]) or 'nothing'}")
    # At the top level, and only there, DuckDB takes a statement that writes inside of a common
    # table expression for a SELECT.
    query = f"SELECT * FROM (\n{_without_end(statements[0].query)}\n)"
    ((found,),) = cursor.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    try:
        tree = json.loads(found)
        if tree["error"]:
            raise QueryError(f"not a SELECT that can be checked: {tree.get('error_message', '')}")
        _check_tree(tree, widest)
    except RecursionError as error:
        raise QueryError("the query is nested too deep; ask in several queries") from error
    return query


# --------------------------------------------------------------------------- tokens


def _words(sql: str) -> list[tuple[int, str]]:
    """The words, signs and values of a query in small letters, each with the byte it begins at."""
    if not isinstance(sql, str):
        raise QueryError("a query must be a text")
    if len(sql) > MAX_CHARACTERS:
        raise QueryError(f"a query of over {MAX_CHARACTERS:,} characters; ask in several queries")
    data, found = sayable(sql).encode(), duckdb.tokenize(sql)
    ends = [*(start for start, _ in found), len(data)][1:]
    return [
        (start, data[start:end].decode().strip().lower())
        for (start, kind), end in zip(found, ends, strict=False)
        if kind != duckdb.token_type.comment
    ]


def _without_end(sql: str) -> str:
    """A statement without what follows its first semicolon."""
    ends = [start for start, word in _words(sql) if word == ";"]
    return sql.encode()[: ends[0]].decode() if ends else sql


class _Bracket:
    """A bracket, or a CASE, that is not closed yet; how many tokens stand in it so far."""

    def __init__(self, word: str, before: str) -> None:
        self.word, self.before = word, before
        self.size = self.commas = self.cases = self.tested = 0

    @property
    def full(self) -> int:
        """Its tokens as often as the parser copies them: what a CASE tests, once for each WHEN."""
        return self.size + self.tested * max(self.cases - 1, 0)

    @property
    def groups(self) -> int:
        """How many sets of columns a GROUP BY takes it for."""
        if self.before == "cube":
            return 1 << min(self.commas + 1, 40)
        return self.commas + 2 if self.before in ("rollup", "sets") else 1


def _check_tokens(words: Iterable[str]) -> None:
    """Refuse a query, before it is parsed, of which the parser would make too much."""
    stack, groups, windows, names, before = [_Bracket("", "")], 1, 0, 0, ""
    for word in words:
        top = stack[-1]
        top.size += 1
        names = names + 1 if word == "." else names if before == "." else 0
        if word in OPENING or word == "case":
            stack.append(_Bracket(word, before))
        elif word in CLOSING or (word == "end" and before not in (".", "as")):
            closed = _close(stack, "case" if word == "end" else "([{")
            groups *= math.prod(part.groups for part in closed)
            stack[-1].size += sum(part.full for part in closed)
        elif word == ",":
            top.commas += 1
        elif word == "when":
            top.tested = top.tested if top.cases else top.size
            top.cases += 1
        windows += before == "over" and word != "("
        before = word
        if len(stack) > MAX_NESTING or names > MAX_NAMES or top.size > MAX_TOKENS:
            _refuse("is nested too deep, or too long")
    size = sum(part.full for part in stack)
    if size > MAX_TOKENS or groups > MAX_GROUPS or size * max(windows, 1) > 5 * MAX_TOKENS:
        _refuse("is too long, or has too many windows or sets of groups")


def _close(stack: list[_Bracket], words: str) -> list[_Bracket]:
    """What a closing bracket, or an END, takes off the stack: nothing where it closes nothing."""
    if words == "case":
        return [stack.pop()] if stack[-1].word == "case" else []
    places = [place for place, part in enumerate(stack) if part.word and part.word in words]
    first = places[-1] if places else len(stack)
    closed, stack[first:] = stack[first:], []
    return closed


def _refuse(what: str) -> None:
    raise QueryError(f"the query {what}; ask in several queries")


# --------------------------------------------------------------------------- the syntax tree


def _check_tree(tree: Node, widest: int) -> None:
    """Refuse a query, before its names are looked up, that calls what is shut or grows too large.

    The tree is as `json_serialize_sql` gives it.
    """
    nodes = _nodes(tree)
    for node in nodes:
        _check_function(node)
    packs = any(_function(node) in PACKING for node in nodes)
    _Scale(widest, packs).size(tree, {})


def _nodes(tree: Node) -> list[Node]:
    """All objects of a JSON tree, unless they are too many, or too deep."""
    found: list[Node] = []
    pending: list[tuple[Any, int]] = [(tree, 0)]
    while pending:
        part, depth = pending.pop()
        if isinstance(part, dict):
            if part.get("type") != VALUE:
                found.append(part)
                pending += [(value, depth + 1) for value in part.values()]
        elif isinstance(part, list):
            pending += [(value, depth) for value in part]
        if len(found) > MAX_NODES or depth > MAX_DEPTH:
            _refuse("is nested too deep, or has too many parts")
    return found


def _function(node: Node) -> str:
    """The name of the function that a node calls, or nothing."""
    return str(node.get("function_name", "")).lower()


def _check_function(node: Node) -> None:
    # Table functions may read files: only those are allowed that are known to be harmless.
    if node.get("type") == "TABLE_FUNCTION":
        name = _function(node.get("function", {}))
        if name not in TABLE_FUNCTIONS:
            raise QueryError(f"the table function {name} is not allowed in a query")
    name = _function(node)
    if name in FORBIDDEN_FUNCTIONS:
        raise QueryError(f"the function {name} is not allowed in a query")
    if name in TYPED_BY_TEXT:
        for given in _arguments(node)[1:]:
            typed = given.get("literal")
            if not typed or len(str(typed)) > MAX_TYPE:
                most = f"at most {MAX_TYPE} characters"
                raise QueryError(f"{name} takes a type written out in {most}")


def _arguments(node: Node) -> list[Node]:
    """What a call is given."""
    given = (one.get("expression") for one in node.get("arguments", ()) if isinstance(one, dict))
    return [one for one in given if isinstance(one, dict)]


class _Scale(NamedTuple):
    """How large a query is once the engine has looked its names up.

    What is named twice is there twice: an expression by its alias, a common table expression, the
    columns that a star stands for, and what a function writes out more than once.
    """

    widest: int  # columns of the widest table
    # Whether values are packed into others: then a column of a query inside the query is as large
    # as what it is made of.
    packs: bool

    def size(self, part: Any, names: Mapping[str, int]) -> int:
        """Parts of a syntax tree as often as they will be there.

        The names have the size of each alias, and the size and the columns of each WITH.
        """
        if isinstance(part, list):
            size = sum(self.size(one, names) for one in part)
        elif isinstance(part, dict):
            names = {**names, _INSIDE: 1} if part.get("class") == "SUBQUERY" else names
            size = self._of_node(part, self._with_ctes(part, names))
        else:
            size = 0
        if size > MAX_SIZE:
            _refuse("grows too large when its names are looked up")
        return size

    def _with_ctes(self, node: Node, names: Mapping[str, int]) -> Mapping[str, int]:
        ctes = node.get("cte_map")
        for item in ctes.get("map", ()) if isinstance(ctes, dict) else ():
            name, query = str(item["key"]).casefold(), item["value"]
            own = {f"size {name}": self.size(query, names)}
            names = {**names, **own, f"columns {name}": self._columns(query, names)}
        return names

    def _of_node(self, node: Node, names: Mapping[str, int]) -> int:
        kind = node.get("type")
        if kind == "SELECT_NODE":
            return self._of_select(node, names)
        if kind == VALUE:
            return 1
        if kind == "COLUMN_REF":
            return names.get(f"alias {node['column_names'][-1]}".casefold(), 1)
        if kind == "BASE_TABLE":
            return TABLE_SIZE + names.get(f"size {node['table_name']}".casefold(), 0)
        size = 1 + sum(self.size(node[key], names) for key in node if key != "cte_map")
        if kind in ("SUBQUERY", "TABLE_FUNCTION", "PIVOT"):
            size += TABLE_SIZE
        return 2 * size if _repeats(node) else size

    def _of_select(self, node: Node, names: Mapping[str, int]) -> int:
        source, items = node.get("from_table"), node.get("select_list", [])
        others = {key: node[key] for key in node if key not in _OWN}
        width, total = self._columns(source, names), 1 + self.size(source, names)
        lone = isinstance(source, dict) and source.get("type") == "BASE_TABLE"
        if lone and _INSIDE not in names:
            total -= TABLE_SIZE - LONE_SIZE
        names = {**names, **self._inner(source, names)}
        for item in items:
            size = self.size(item, names) * (width if _starred(item) else 1)
            if item.get("alias"):
                names = {**names, f"alias {item['alias']}".casefold(): size}
            total += size
        total += self.size(others, names) * (width if _starred(others) else 1)
        if self._columns(node, names) > (most := MAX_COLUMNS + self.widest):
            _refuse(f"may have over {most:,} columns")
        return total

    def _inner(self, source: Any, names: Mapping[str, int]) -> dict[str, int]:
        """The sizes of the columns of queries that rows are taken from."""
        if not self.packs or not isinstance(source, dict):
            return {}
        if source.get("type") != "SELECT_NODE":
            parts = (source.get(key) for key in ("left", "right", "subquery", "node"))
            return {key: n for part in parts for key, n in self._inner(part, names).items()}
        names = {**names, **self._inner(source.get("from_table"), names)}
        items = [item for item in source.get("select_list", []) if item.get("alias")]
        return {f"alias {item['alias']}".casefold(): self.size(item, names) for item in items}

    def _columns(self, part: Any, names: Mapping[str, int]) -> int:
        """How many columns a query, or what it takes rows from, has at most."""
        if isinstance(part, list):
            return sum(self._columns(one, names) for one in part)
        if not isinstance(part, dict):
            return 0
        kind = part.get("type")
        if kind == "SELECT_NODE":
            stars = sum(map(_starred, items := part.get("select_list", [])))
            return len(items) + stars * self._columns(part.get("from_table"), names)
        if kind == "BASE_TABLE":
            return names.get(f"columns {part['table_name']}".casefold(), self.widest)
        if kind == "EXPRESSION_LIST":
            return len(part["values"][0])
        if kind == "PIVOT":
            sets = math.prod(len(one.get("entries", ())) + 1 for one in part["pivots"])
            return self._columns(part["source"], names) + sets * (len(part["aggregates"]) + 1)
        if kind == "SET_OPERATION_NODE" and part["setop_type"] != "UNION_BY_NAME":
            # The engine makes pairs, or a list, of what a UNION, or its like, is made of.
            branches = part.get("children") or [part.get("left"), part.get("right")]
            return max(self._columns(one, names) for one in branches if isinstance(one, dict))
        inner = (part[key] for key in part if key not in ("cte_map", "condition"))
        return _OF_A_FUNCTION * (kind == "TABLE_FUNCTION") + self._columns([*inner], names)


_OWN = ("type", "cte_map", "from_table", "select_list")
# Among the names, where a query stands in an expression: the engine makes joins of its tables.
_INSIDE = "in an expression"
_OF_A_FUNCTION = 10  # columns that a table function has, at most


def _repeats(node: Node) -> bool:
    """Whether what stands in an expression is written out twice: a <= x AND x <= b, say."""
    if str(node.get("type")) in REPEATED or _function(node) in REPEATING:
        return True
    return any(given.get("type") == "LAMBDA" for given in _arguments(node))


def _starred(part: Any) -> bool:
    """Whether a star, or COLUMNS, stands in an expression."""
    if isinstance(part, list):
        return any(map(_starred, part))
    if not isinstance(part, dict) or part.get("type") == "SUBQUERY":
        return False
    return part.get("type") == "STAR" or any(map(_starred, part.values()))
