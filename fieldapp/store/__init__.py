"""The client's only SQL: connection, migrations, records with their changes, drafts, taxa, views, backups."""
