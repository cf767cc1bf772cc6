"""What documents are beside pages: JSON-LD, signposts, documents that no file is, and retired identifiers."""
