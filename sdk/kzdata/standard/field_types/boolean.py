"""Truth values."""

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.base import FieldType, UnsupportedError, either, unmatched


class Boolean(FieldType):
    """One of the words for true, or of those for false."""

    python = bool
    sql_types = ("BOOLEAN",)

    def __init__(self, field: FieldDescriptor) -> None:
        super().__init__(field)
        if set(field.true_values) & set(field.false_values):
            raise UnsupportedError("a value that is true and false")
        values = (*field.true_values, *field.false_values)
        self.words = f"one of {', '.join(map(repr, values))}"
        self.pattern = f"{either(field.true_values)}|{either(field.false_values)}"
        self.breach = unmatched(self.pattern)

    def proof_of_kind(self, value: str, kind: str) -> tuple[str, ...] | None:
        told = "true" in self.field.true_values and "false" in self.field.false_values
        return () if kind == "BOOLEAN" and told else None

    def same(self, cell: str) -> str:
        return sql.text(self.sql_value(cell, "BOOLEAN"))

    def sql_value(self, cell: str, kind: str) -> str:
        true = sql.among(cell, self.field.true_values)
        false = sql.among(cell, self.field.false_values)
        return f"(CASE WHEN {true} THEN true WHEN {false} THEN false END)"

    def read(self, text: str) -> bool:
        if text in self.field.true_values:
            return True
        if text in self.field.false_values:
            return False
        raise ValueError(f"not {self.words}")

    def text(self, value: bool) -> str:
        return (self.field.true_values if value else self.field.false_values)[0]
