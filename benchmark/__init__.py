"""How good an answer is.

Tasks, the judge and its sandbox, suites, scores, studies, reports and the library gate belong
here. It may import `simulator`, `compiler` and `aspl`.
"""
