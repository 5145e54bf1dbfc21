"""The index of parties (主体索引): what is derived from SQL to be searched, kept as fresh as SQL is."""
