"""The database: blocks that begin and end transactions, column types, paging, limits."""
