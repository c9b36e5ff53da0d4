"""What Xero delivers: verified, stored, answered at once; worked later. It only shortens the delay."""
