"""The ground floor: database, clock, money, ids, errors, jobs, storage and strict YAML."""
