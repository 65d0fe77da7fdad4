"""Files as people hand them over: notices on the disk, workbooks, tables and sheets to sign."""
