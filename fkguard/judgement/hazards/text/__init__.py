"""The parts that messages and hints are made of."""
