"""The archive: read, compared, exported, backed up."""
