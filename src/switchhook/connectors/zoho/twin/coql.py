"""COQL, as far as it is documented: select, where, order by, limit, joins through lookups."""

import operator as operators
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from .answers import Refused, Row
from .schema import MODULES
from .state import ZohoState

MOST_VALUES = 50
MOST_COLUMNS = 50
MOST_ROWS = 2000
MOST_JOINS = 2
_TOKEN = re.compile(r"\s*('(?:[^'\\]|\\.)*'|>=|<=|!=|[=<>(),]|[A-Za-z_$][\w.$]*|-?\d+(?:\.\d+)?)")
_FORM = re.compile(r"^\s*select\s+(.+?)\s+from\s+(\w+)\s+where\s+(.+?)\s*$", re.IGNORECASE | re.DOTALL)
_ORDER = re.compile(r"^(.*?)\s+order\s+by\s+(.+)$", re.IGNORECASE | re.DOTALL)
_LIMIT = re.compile(r"^(.*?)\s+limit\s+(\d+)(?:\s*,\s*(\d+))?(?:\s+offset\s+(\d+))?$", re.IGNORECASE | re.DOTALL)
_NUMERIC = frozenset({"date", "datetime", "integer", "currency", "double"})
_COMPARED = {">": operators.gt, ">=": operators.ge, "<": operators.lt, "<=": operators.le}
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read."""

    module: str
    columns: tuple[str, ...]
    test: Test
    order: tuple[tuple[str, bool], ...]
    offset: int
    limit: int


def answer(state: ZohoState, text: str) -> tuple[list[Row], bool]:
    """The rows of a query, and whether more follow. Raises Refused. There is no lag: it reads what is."""
    query = Reader(state).read(text)
    found = [row for row in state.rows(query.module) if query.test(row)]
    for name, descending in reversed(query.order):
        found.sort(key=partial(_sort_key, state, name), reverse=descending)
    some = found[query.offset : query.offset + query.limit]
    shown = [{name: _told(state, row, name) for name in ("id", *query.columns)} for row in some]
    return shown, query.offset + query.limit < len(found)


def _sort_key(state: ZohoState, name: str, row: Row) -> tuple[int, str]:
    return _sortable(value_of(state, row, name))


def cost_of(text: str) -> int:
    """Credits by the limit of a query."""
    found = _LIMIT.match(text.strip())
    limit = int(found[3] or found[2]) if found else 200
    return 1 if limit <= 200 else 2 if limit <= 1000 else 3


class Reader:
    """Reads one query."""

    def __init__(self, state: ZohoState) -> None:
        self._state = state
        self._module = ""
        self._tokens: list[str] = []
        self._at = 0

    def read(self, text: str) -> Query:
        """The query in `text`. Raises Refused."""
        form = _FORM.match(text)
        if form is None:
            raise _syntax("select, from and where are needed")
        self._module = form[2]
        if self._module not in MODULES:
            raise Refused("INVALID_QUERY", "invalid query formed", {"module": self._module})
        rest, offset, limit = _limited(form[3])
        condition, order = self._ordered(rest)
        columns = tuple(name.strip() for name in form[1].split(","))
        self._check_columns(columns)
        self._tokens, self._at = list(_tokens(condition)), 0
        test = self._joined()
        if self._at < len(self._tokens):
            raise _syntax(self._tokens[self._at])
        return Query(self._module, columns, test, order, offset, limit)

    def _ordered(self, text: str) -> tuple[str, tuple[tuple[str, bool], ...]]:
        found = _ORDER.match(text)
        if found is None:
            return text, ()
        order = []
        for part in found[2].split(","):
            name, _space, way = part.strip().partition(" ")
            self._type(name)
            if way.strip().lower() not in {"", "asc", "desc"}:
                raise _syntax(way)
            order.append((name, way.strip().lower() == "desc"))
        return found[1], tuple(order)

    def _check_columns(self, columns: tuple[str, ...]) -> None:
        if len(columns) > MOST_COLUMNS:
            raise Refused("LIMIT_EXCEEDED", "limit exceeded", {"limit": MOST_COLUMNS, "clause": "select"})
        for name in columns:
            self._type(name)
        if len({name.partition(".")[0] for name in columns if "." in name}) > MOST_JOINS:
            raise Refused("LIMIT_EXCEEDED", "limit exceeded", {"limit": MOST_JOINS, "clause": "joins"})

    def _type(self, name: str) -> str:
        if name == "id":
            return "bigint"
        first, dot, last = name.partition(".")
        field = self._state.schema(self._module).get(first)
        if field and dot:
            target = self._state.schema(field.module) if field.module in MODULES else {}
            return target[last].type if last in target else self._unknown(name)
        return field.type if field else self._unknown(name)

    @staticmethod
    def _unknown(name: str) -> str:
        raise Refused("INVALID_QUERY", "invalid query formed", {"column_name": name})

    # --- conditions ---------------------------------------------------------------------------------------------------

    def _joined(self) -> Test:
        """One condition, or two with a word between; more of them want brackets."""
        first = self._operand()
        word = self._peek().lower()
        if word not in {"and", "or"}:
            return first
        self._take()
        second = self._operand()
        if self._peek().lower() in {"and", "or"}:
            raise _syntax("more than two conditions need brackets")
        if word == "and":
            return lambda row: first(row) and second(row)
        return lambda row: first(row) or second(row)

    def _operand(self) -> Test:
        if self._peek() != "(":
            return self._condition()
        self._take()
        inside = self._joined()
        self._expect(")")
        return inside

    def _condition(self) -> Test:
        name = self._take()
        type_, operator = self._type(name), self._take().lower()
        negated = operator == "not"
        if operator == "is":
            negated = self._peek().lower() == "not"
            if negated:
                self._take()
            self._expect("null")
            return _negated(lambda row: value_of(self._state, row, name) in (None, ""), negated=negated)
        if negated:
            operator = self._take().lower()
        return _negated(self._compared(name, type_, operator), negated=negated)

    def _compared(self, name: str, type_: str, operator: str) -> Test:
        state = self._state
        if operator == "in":
            wanted = frozenset(self._values())
            return lambda row: _text(value_of(state, row, name)) in wanted
        if operator == "like":
            pattern = _pattern(_unquoted(self._take()))
            return lambda row: pattern.fullmatch(_text(value_of(state, row, name))) is not None
        if operator == "between":
            low, _and, high = self._take(), self._expect("and"), self._take()
            least, most = _operand_of(type_, low), _operand_of(type_, high)
            return lambda row: bool(least <= _comparable(value_of(state, row, name), type_) <= most)
        return self._ordered_test(name, type_, operator)

    def _ordered_test(self, name: str, type_: str, operator: str) -> Test:
        state, value = self._state, _operand_of(type_, self._take())
        if operator in {"=", "!="}:
            return _negated(
                lambda row: bool(_comparable(value_of(state, row, name), type_) == value), negated=operator == "!="
            )
        if operator not in _COMPARED or type_ not in {*_NUMERIC, "bigint"}:
            details = {"column_name": name, "operator": operator, "reason": "the operator is not allowed here"}
            raise Refused("INVALID_QUERY", "invalid query formed", details)

        def test(row: Row) -> bool:
            held = _comparable(value_of(state, row, name), type_)
            if held is None:
                return False
            return bool(_COMPARED[operator](held, value))

        return test

    def _values(self) -> Iterator[str]:
        self._expect("(")
        count = 0
        while True:
            count += 1
            if count > MOST_VALUES:
                raise Refused("LIMIT_EXCEEDED", "limit exceeded", {"limit": MOST_VALUES, "clause": "in"})
            yield _unquoted(self._take())
            if self._take() == ")":
                return

    # --- tokens -------------------------------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        if self._at >= len(self._tokens):
            raise _syntax("the query ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, wanted: str) -> str:
        found = self._take()
        if found.lower() != wanted:
            raise _syntax(found)
        return found


def value_of(state: ZohoState, row: Row, name: str) -> Any:
    """What a column of a row holds; a joined one is looked up."""
    first, dot, last = name.partition(".")
    held = row.get(first)
    if not dot or not isinstance(held, dict):
        return held if not dot else None
    other = next((found for module in MODULES if (found := state.row(module, held["id"]))), {})
    return other.get(last)


def _told(state: ZohoState, row: Row, name: str) -> Any:
    held = value_of(state, row, name)
    if isinstance(held, datetime):
        return state.stamp(held)
    return {"id": held["id"]} if isinstance(held, dict) and "id" in held else held


def _limited(text: str) -> tuple[str, int, int]:
    found = _LIMIT.match(text)
    if found is None:
        return text, 0, 200
    first, second, after = found[2], found[3], found[4]
    offset, limit = (int(first), int(second)) if second else (int(after or 0), int(first))
    if limit > MOST_ROWS:
        raise Refused("LIMIT_EXCEEDED", "limit exceeded", {"limit": MOST_ROWS, "clause": "limit"})
    return found[1], offset, limit


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _syntax(text[at : at + 20])
        yield found[1]
        at = found.end()


def _syntax(near: str) -> Refused:
    return Refused("SYNTAX_ERROR", "error occurred while parsing the query", {"near": near, "line": 1, "column": 1})


def _negated(test: Test, *, negated: bool) -> Test:
    return (lambda row: not test(row)) if negated else test


def _pattern(text: str) -> re.Pattern[str]:
    inner = text.strip("%")
    if "%" in inner:
        raise _syntax(text)
    head, tail = ".*" if text.startswith("%") else "", ".*" if text.endswith("%") else ""
    return re.compile(f"{head}{re.escape(inner)}{tail}", re.IGNORECASE | re.DOTALL)


def _operand_of(type_: str, token: str) -> Any:
    text = _unquoted(token)
    try:
        if type_ == "datetime":
            return datetime.fromisoformat(text)
        if type_ in {"integer", "currency", "double", "bigint"}:
            return float(text) if "." in text else int(text)
    except ValueError:
        raise _syntax(token) from None
    return {"true": True, "false": False}.get(text.lower(), text) if type_ == "boolean" else text


def _comparable(held: Any, type_: str) -> Any:
    if held is None:
        return False if type_ == "boolean" else None
    return int(held) if type_ == "bigint" else held["id"] if isinstance(held, dict) else held


def _text(held: Any) -> str:
    return str(held["id"] if isinstance(held, dict) else "" if held is None else held)


def _sortable(held: Any) -> tuple[int, str]:
    if isinstance(held, datetime):
        return (1, held.isoformat() if held.tzinfo is None else f"{held.timestamp():020.6f}")
    return (int(held is not None), f"{int(held):020}" if isinstance(held, str) and held.isdecimal() else _text(held))


def _unquoted(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith("'") else token
