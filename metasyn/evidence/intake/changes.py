"""What would change in a table: rows that are new, gone or different."""

from __future__ import annotations

from dataclasses import dataclass

from metasyn.evidence.sheets import Sheet

__all__ = ["CellChange", "TableChange", "table_changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """One cell of a row that is in both."""

    key: str
    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """From one table to another.

    Attributes
    ----------
    table : str
    added, removed : tuple of str
        Ids of rows.
    changed : tuple of CellChange
    columns_added, columns_removed : tuple of str
    reordered : bool
        Whether rows or columns that stay come in another order.
    """

    table: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[CellChange, ...] = ()
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    reordered: bool = False

    def __bool__(self) -> bool:
        return any(
            (self.added, self.removed, self.changed, self.columns_added, self.columns_removed, self.reordered)
        )


def table_changes(old: Sheet | None, new: Sheet) -> TableChange:
    """Compare two readings of a table by its ids.

    Parameters
    ----------
    old : Sheet or None
        None where there was no table.
    new : Sheet

    Returns
    -------
    TableChange
        False where nothing changes.
    """
    before = old.ids if old is not None else {}
    header = old.header if old is not None else ()
    both = [key for key in new.ids if key in before]
    columns = [name for name in new.header if name in header]
    changed = tuple(
        CellChange(key=key, column=name, old=before[key].text(name), new=new.ids[key].text(name))
        for key in both
        for name in columns
        if before[key].text(name) != new.ids[key].text(name)
    )
    return TableChange(
        table=new.table.name,
        added=tuple(key for key in new.ids if key not in before),
        removed=tuple(key for key in before if key not in new.ids),
        changed=changed,
        columns_added=tuple(name for name in new.header if name not in header) if old is not None else (),
        columns_removed=tuple(name for name in header if name not in new.header),
        reordered=both != [key for key in before if key in new.ids]
        or columns != [name for name in header if name in new.header],
    )
