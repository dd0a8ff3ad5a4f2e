"""The Store port on PostgreSQL. SQLAlchemy Core describes tables and statements, psycopg runs them."""
