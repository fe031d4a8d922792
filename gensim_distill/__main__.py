"""``python -m gensim_distill`` is the command ``gensim-distill``."""

from gensim_distill.cli import main

if __name__ == "__main__":
    main()
