# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS packages
WORKDIR /rollbook
COPY requirements/installer.txt requirements/runtime.txt requirements/
RUN python -m venv /opt/installer \
    && /opt/installer/bin/pip install --no-cache-dir --require-hashes -r requirements/installer.txt
RUN python -m venv --without-pip /opt/rollbook \
    && /opt/installer/bin/uv pip sync --no-cache --compile-bytecode --require-hashes \
       --python /opt/rollbook/bin/python requirements/runtime.txt

FROM node:24-bookworm-slim AS pages
WORKDIR /client
COPY web/client/package.json web/client/package-lock.json web/client/.npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY web/client ./
RUN npm run build

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin rollbook
COPY --from=packages /opt/rollbook /opt/rollbook
WORKDIR /rollbook
COPY rollbook.py settings.py clock.py figures.py logs.py exception_traces.py pace.py tracing.py schema.graphql ./
COPY attendance attendance
COPY commands commands
COPY db db
COPY demo demo
COPY gql gql
COPY importing importing
COPY mail mail
COPY web web
COPY --from=pages /client/static web/client/static
COPY workers workers
# Compile once here: the processes may not write bytecode, and would otherwise compile everything at each start.
RUN /opt/rollbook/bin/python -m compileall -q -j 0 *.py attendance commands db demo gql importing mail workers
ENV PATH=/opt/rollbook/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ROLLBOOK_ENV=production \
    ROLLBOOK_HOST=0.0.0.0
USER rollbook
EXPOSE 8000
# After SIGTERM requests are finished and sockets closed within ROLLBOOK_GRACEFUL_TIMEOUT.
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "rollbook.py"]
CMD ["api"]
