"""Links between records, proposed for review: nothing here merges or links by itself."""
