"""Records whose fields are columns: with a row per group, printed, and as pandas tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from metasyn.batch.statuses import STATUS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ManyRows", "frame_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ManyRows:
    """Something of every group: fields are arrays with a row per group, read-only.

    Attributes
    ----------
    key : ndarray
        What each group is called.
    status : ndarray of int8
        Position in `words["status"]`.
    k : ndarray of int
        Number of effects.
    """

    shown: ClassVar[tuple[str, ...]]
    """Columns that are printed."""
    counted: ClassVar[str] = "synthesis|syntheses"
    """What a row is called, and several."""
    words: ClassVar[dict[str, Sequence[str]]] = {"status": STATUS}
    """What codes mean, by name of their column."""

    key: NDArray[Any]
    status: NDArray[np.int8]
    k: NDArray[np.int64]

    def __post_init__(self) -> None:
        for one in fields(self):
            getattr(self, one.name).flags.writeable = False

    def __len__(self) -> int:
        return self.key.size

    def __str__(self) -> str:
        from metasyn.batch.printed import counted, rows_text

        return rows_text(
            counted(self.status, self.words["status"], self.counted), self, self.shown, self.words
        )

    __repr__ = __str__

    def to_frame(self) -> pd.DataFrame:
        """A data frame with a row per group, codes in words.

        Returns
        -------
        pandas.DataFrame

        Examples
        --------
        >>> from metasyn.batch import pool_many
        >>> many = pool_many([0.1, 0.3, -0.2], [0.02, 0.04, 0.1], groups=["a", "a", "b"])
        >>> many.to_frame()[["key", "status", "k"]].values.tolist()
        [['a', 'ok', 2], ['b', 'one effect', 1]]
        """
        return frame_of(self, **self.words)


def frame_of(record: Any, **words: Sequence[str]) -> pd.DataFrame:
    """A data frame of a record whose fields are columns.

    Parameters
    ----------
    record : dataclass
        Every field an array of shape (n,).
    **words : sequence of str
        By name of a field that holds codes, what each code means.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> from metasyn.batch.predictions import predict_many
    >>> found = predict_many([0.1, 0.2, 0.4], [0.1, 0.1, 0.1], draws=100, n_jobs=1)
    >>> frame_of(found, status=("fine", "alone"))["status"].tolist()
    ['fine']
    """
    import pandas as pd

    columns = {one.name: getattr(record, one.name) for one in fields(record)}
    for name, known in words.items():
        meanings = pd.CategoricalDtype(list(known))
        columns[name] = pd.Categorical.from_codes(columns[name].astype(np.intp), dtype=meanings)
    return pd.DataFrame(columns)
