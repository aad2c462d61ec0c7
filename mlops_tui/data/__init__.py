"""Tables of data in files: reading, profiles, checks, findings, diffs; paths in, values out."""
