# The hub on a server: the locked packages of requirements.txt, nothing of tests or embedded services.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data PIP_NO_CACHE_DIR=1

RUN useradd --system --uid 10001 --home-dir /app hub \
    && mkdir -p /app /data/static /data/files /data/erasures \
    && chown -R hub /data

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-deps --require-hashes --requirement requirements.txt
COPY --chown=root:root . .
USER 10001

# Translations and static files are part of the image; the key here signs nothing that is kept.
RUN SECRET_KEY=only-for-building-the-image-0123456789 DATABASE_URL=postgres://x@x/x REDIS_URL=redis://x \
    python -m ripess_hub.build

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--config", "python:ripess_hub.gunicorn", "--bind", "0.0.0.0:8000", "ripess_hub.wsgi:application"]
