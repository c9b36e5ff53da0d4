"""Money on bank accounts apart from payments: bank transactions and transfers."""
