"""Records of columns as pandas tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_of"]


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
    >>> found = predict_many([0.1, 0.2], [0.1, 0.1], draws=100, n_jobs=1)
    >>> frame_of(found, status=("fine", "alone"))["status"].tolist()
    ['fine']
    """
    import pandas as pd

    columns = {one.name: getattr(record, one.name) for one in fields(record)}
    for name, known in words.items():
        meanings = pd.CategoricalDtype(list(known))
        columns[name] = pd.Categorical.from_codes(columns[name].astype(np.intp), dtype=meanings)
    return pd.DataFrame(columns)
