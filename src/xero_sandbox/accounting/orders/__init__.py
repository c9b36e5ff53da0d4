"""Purchase orders: what is ordered from a supplier, before there is a bill."""
