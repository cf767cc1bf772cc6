"""The page of incidents: facets, search, results and the same as data and as SPARQL."""
