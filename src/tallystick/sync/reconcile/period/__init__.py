"""Both sides of a period held against each other, record by record and cent by cent."""
