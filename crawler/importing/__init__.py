"""Reading what others saved, web archives, mirrors, saved pages and exports: files to records, no store."""
