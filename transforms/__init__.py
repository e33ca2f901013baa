"""Pure PySpark functions from contracted tables to one contracted table; file name = table noun."""
