"""Plants that do not exist, whose truth is therefore known: machines with orders, faults, drift, energy and scrap, speaking real protocols."""
