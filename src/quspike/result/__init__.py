"""Results: the Dataset, its file, and the accessor `ds.qs`, which importing this room registers."""

from quspike.result import accessor as accessor
