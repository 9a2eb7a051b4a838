# One image for web, worker and beat: they differ by their command only.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/pgproof \
 && /opt/pgproof/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && /opt/pgproof/bin/pip install --no-cache-dir --require-hashes --no-deps \
      -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY analyzer ./analyzer
COPY worker ./worker
COPY web ./web
RUN /opt/pgproof/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
# PostgreSQL does not run as root, and neither does anything else here.
RUN groupadd --gid 10001 pgproof \
 && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin pgproof \
 && install --directory --owner=pgproof --group=pgproof --mode=0700 /var/lib/pgproof
COPY --from=build /opt/pgproof /opt/pgproof
ENV PATH=/opt/pgproof/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PGPROOF_HOME=/var/lib/pgproof \
    PGPROOF_HOST=0.0.0.0 \
    PGPROOF_PORT=8448 \
    PGPROOF_LOG_FORMAT=json
USER pgproof
WORKDIR /var/lib/pgproof
VOLUME /var/lib/pgproof
EXPOSE 8448
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8448/healthz', timeout=2)"]
# Alone, the image is the whole service on embedded defaults.
CMD ["pgproof", "up"]
