"""Pages of the clinic. They ask queries and call actions; none touches the database itself."""
