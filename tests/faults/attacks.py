"""What somebody with the analysts' query command may try, by name; FILE stands for a file with a secret in it.

Put here: the texts. Not here: what must come of them (test_analyst.py).
"""

from __future__ import annotations

FILES = {
    "read a CSV": "select * from read_csv('FILE')",
    "read a CSV by its sniffing twin": "select * from read_csv_auto('FILE', header = false)",
    "read a text": "select content from read_text('FILE')",
    "read bytes": "select content from read_blob('FILE')",
    "read JSON": "select * from read_json_auto('FILE')",
    "read Parquet": "select * from read_parquet('FILE')",
    "Parquet's file facts": "select * from parquet_metadata('FILE')",
    "Parquet's schema": "select * from parquet_schema('FILE')",
    "sniff a CSV": "select * from sniff_csv('FILE')",
    "list a folder": "select * from glob('/etc/*')",
    "a file name for a table": "select * from 'FILE'",
    "a quoted name for a table": 'select * from "FILE"',
    "a file in a subquery": "select (select content from read_text('FILE'))",
    "a file in a join": "select * from agg.answers_by_code a join read_text('FILE') b on true",
    "a file behind a union": "select 'x' as content union all select content from read_text('FILE')",
    "a file in a WITH": "with x as (select * from read_text('FILE')) select * from x",
    "a file in EXISTS": "select 1 where exists (select * from read_text('FILE'))",
    "a file in ORDER BY": "select 1 order by (select content from read_text('FILE'))",
    "a file in FILTER": "select count(*) filter (where (select count(*) from read_text('FILE')) > 0)",
    "a file in a lambda": "select list_transform([1], lambda x: (select content from read_text('FILE')))",
    "describe a file": "describe select * from read_csv('FILE')",
    "summarize a file": "summarize 'FILE'",
    "pivot a file": "pivot 'FILE' on column0 using count(*)",
    "a Delta log": "select * from delta_scan('FILE')",
    "an SQLite file": "select * from sqlite_scan('FILE', 'x')",
    "a spreadsheet": "select * from read_xlsx('FILE')",
    "a page on the network": "select * from read_text('https://example.org/')",
    "the process's environment as a file": "select * from read_text('/proc/self/environ')",
}

WRITES = {
    "write a file": "copy (select 1) to 'FILE.out'",
    "load a file": "copy agg.answers_by_code from 'FILE'",
    "export the database": "export database 'FILE.out'",
    "attach another database": "attach 'FILE' as other",
    "detach": "detach memory",
    "create a table": "create table agg.mine as select 1",
    "create a macro": "create macro mine() as (select 1)",
    "change a cell": "update agg.answers_by_code set people_count = 0",
    "delete": "delete from agg.answers_by_code",
    "insert": "insert into agg.answers_by_code select * from agg.answers_by_code",
    "drop": "drop table agg.answers_by_code",
    "two statements": "select 1; drop table agg.answers_by_code",
    "a statement behind a comment": "select 1 /* ; */ ; -- \n copy (select 1) to 'FILE.out'",
    "prepare and execute": "prepare mine as select 1",
    "a transaction": "begin",
}

SETTINGS = {
    "set a setting": "set enable_external_access = true",
    "reset a setting": "reset lock_configuration",
    "a pragma": "pragma enable_external_access = true",
    "a pragma that answers": "pragma database_list",
    "install an extension": "install httpfs",
    "load an extension": "load 'FILE'",
    "read a setting": "select current_setting('temp_directory')",
    "all settings": "select * from duckdb_settings()",
    "where databases lie": "select path from duckdb_databases()",
    "databases by another name": "select * from pragma_database_list",
    "which extensions and where": "select install_path from duckdb_extensions()",
    "secrets": "select * from duckdb_secrets()",
    "the log": "select * from duckdb_logs",
    "temporary files": "select * from duckdb_temporary_files()",
    "memory": "select * from duckdb_memory()",
    "a secret of one's own": "create secret mine (type s3, key_id 'a', secret 'b')",
    "an environment variable": "select getenv('GOYONG_SECRET_FILE')",
    "call a table function": "call duckdb_settings()",
    "the catalogue of PostgreSQL": "select * from pg_catalog.pg_settings",
    "the schema of SQLite": "select * from sqlite_master",
    "SQL in a text": "select * from query('select * from read_text(''FILE'')')",
    "a table name in a text": "select * from query_table('FILE')",
    "SQL from JSON": "select * from json_execute_serialized_sql('{}')",
    "a WITH that hides a built-in view": "with a as (from duckdb_settings), duckdb_settings as (select 1) from a",
    "a WITH of the outer scope": "select * from (with duckdb_views as (select 1) select 1), duckdb_views",
    "a function by its schema": "select system.main.getenv('HOME')",
    "show databases": "show databases",
    "explain, to read a file's schema": "explain analyze select * from read_csv('FILE')",
}

HEAVY = {
    "a list of a billion": "select range(1000000000)",
    "a text without end": "select replace(string_agg('aaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaa') from range(100000000)",
    "more rows than anybody reads": "select * from range(100000000)",
    "few rows, many bytes": "select list(a.range) from range(3000) a, range(3000) b group by b.range",
    "endless recursion": "with recursive x as (select 1 as n union all select n + 1 from x) select count(*) from x",
    "endless recursion by key": "with recursive x using key (n) as (select 1 n union select n + 1 from x) from x",
    "repeat": "select repeat('a', 1000000000)",
    "a wide format": "select format('{:>1000000000}', 'a')",
    "deep brackets": "select " + "abs(" * 4000 + "1" + ")" * 4000,
    "a long chain": "select " + "+".join(["1"] * 5000),
    "a very long text": "select '" + "a" * 30_000 + "'",
}
SLOW = {
    "a cross join without end": "select count(*) from range(3000000) a, range(3000000) b where a.range + b.range = -1"
}
