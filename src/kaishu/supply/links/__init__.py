"""Link files: spreadsheets that say which lot went into what, read row by row, every bad row named.

A link file needs no EPCIS: parent, child, quantity, time, place and party are enough. A mapping
says what the columns of somebody's own spreadsheet mean.
"""
