"""The page of the data, and what is published beside it: Croissant, feeds, site map."""
