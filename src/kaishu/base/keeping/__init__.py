"""Keep an installation: copy it while it runs, check the copy, put it back, carry it elsewhere.

`backup` and `restore` are for the same kind of database; `portable` crosses databases and
versions. All three write the same kind of folder (`archive`). Nothing here knows what the rows
mean: tables come from the migrations, files from the data folder and the store of evidence.
"""
