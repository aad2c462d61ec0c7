"""The disposable SQLite index built from journals; all the SQL of the product."""
