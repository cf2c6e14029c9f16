"""Results: the Dataset, its file, and the accessor `ds.qs`."""
