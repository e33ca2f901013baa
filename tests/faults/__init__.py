"""Faults: kills, lying input, full disks, attacks: what is done to the platform from outside, and what stays true."""
