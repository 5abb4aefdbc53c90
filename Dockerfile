# One image for every process: `run` by default, else `bot`, `worker`, `web`, `doctor` …

FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --uid 10001 --create-home desk && install -d -o desk -g desk /data
WORKDIR /app

# The lock first: a change of the source alone does not install it again.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md ./
COPY core core
COPY storage storage
COPY bot bot
RUN pip install --no-deps --no-build-isolation -e .

USER desk
ENV DATA_DIR=/data HTTP_HOST=0.0.0.0 HTTP_PORT=8080
VOLUME /data
EXPOSE 8080

# Of the processes that serve the page (`run`, `web`); `bot` and `worker` serve nothing.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['HTTP_PORT'] + '/health', timeout=4)"]

ENTRYPOINT ["imagedesk"]
CMD ["run"]
