"""Gives the tasks of a database that `seed.py` filled dates, priorities and tags, as people do: `python3 details.py FILE`.

Two of three have a date, two of four a priority, every second one has two tags. The lists of other measures have none, so
that they stay what they were in earlier reports.
"""

import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1])
connection.execute(
    """
    UPDATE tasks SET
        due_date = CASE WHEN number % 3 THEN date('now', (number % 14 - 3) || ' days') END,
        priority = CASE WHEN number % 2 THEN 0 ELSE 1 + number % 3 END,
        tags = CASE WHEN number % 2 THEN char(10) || 'home' || char(10) || 'library' || char(10) ELSE '' END,
        tags_key = CASE WHEN number % 2 THEN char(10) || 'home' || char(10) || 'library' || char(10) ELSE '' END
    """
)
connection.commit()
connection.close()
