"""The pages of stored questions and of SPARQL: forms, charts, code to copy, and what an editor completes."""
