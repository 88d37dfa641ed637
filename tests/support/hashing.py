"""A password hasher that costs next to nothing, for all tests but those of the hashing itself."""

from argon2 import PasswordHasher

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
