#!/usr/bin/env python3
"""What `ci` advises when there are runs enough and one extreme among them hides everything else."""
import unittest

import support

SPEEDS = [100.2, 99.5, 100.9, 99.8, 100.4, 99.1, 100.7, 99.6, 100.1, 70.0]


class Outlier(support.CommandTest):
    def night(self, day, speed):
        """In a results directory of its own: tests of the same settings in one count once."""
        support.small_test(self.place / f"{day:02}/one", speed, **support.night(day))
        return f"{day:02}"

    def advice(self, known):
        support.small_workload(self.place / "w")
        for day, speed in enumerate(known, 1):
            self.matbench("upload_lts", "--workload=w", f"--results_dirname={self.night(day, speed)}", code=0)
        return self.matbench("ci", self.night(len(known) + 1, 100.3), "--workload=w", code=0).out

    def test_runs_enough(self):
        out = " ".join(self.advice(SPEEDS).split())
        self.assertIn("CANNOT TELL", out)
        self.assertIn("more runs alone would not tell: an extreme one among them is why", out)
        self.assertNotIn("0 more runs", out)
        self.assertNotIn("next: keep running", out)

    def test_too_few(self):
        self.assertIn("next: keep running: 8 run points of history", self.advice(SPEEDS[:2]))


if __name__ == "__main__":
    unittest.main()
