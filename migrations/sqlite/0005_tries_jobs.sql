-- Tries that all processes count together, and when each job of theirs was last begun by one of them.

CREATE TABLE tries (
    key     TEXT   NOT NULL PRIMARY KEY, -- the rule, and whom or what it counts
    free_at BIGINT NOT NULL -- when all tries are back
);

CREATE TABLE jobs (
    name     TEXT   NOT NULL PRIMARY KEY,
    begun_at BIGINT NOT NULL
);
