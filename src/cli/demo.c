#include "cli/demo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "cli/cli.h"
#include "cli/drill.h"
#include "cli/words.h"
#include "control/control_client.h"

#define DEMO_PREFIX "adtop-demo-"

enum {
    DEMO_SPEED = 60,
    DEMO_LATENCY_MS = 150,
    START_TIMEOUT_MS = 60000, /* of one that lives; one that has ended is noticed at once */
    LOG_LINE = 512,
    PLAIN_MS = 30000,
    LEFT_BEHIND_S = 60
};

struct demo_arguments {
    const char *scenario;
    int64_t for_ms; /* real time; 0 = until the console is left */
};

/* adtop-sim lies beside this program, installed or in the build. */
static bool sim_path(char out[PATH_MAX], struct err *err)
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 16);
    char *slash = n > 0 ? memrchr(out, '/', (size_t)n) : NULL;
    if (slash) {
        snprintf(slash + 1, 16, "adtop-sim");
    }
    return (slash && access(out, X_OK) == 0) ||
           err_set(err, ERR_IO,
                   "demo: adtop-sim is not beside this program; 'make all' builds both");
}

static pid_t spawn(const char *path, const char *const *args, int out_fd, int log_fd)
{
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    char *argv[32] = {strdup(path)};
    for (size_t i = 0; i < 30 && args[i]; i++) {
        argv[i + 1] = strdup(args[i]);
    }
    /* However the console ends, these end with it; its Ctrl-C is not theirs. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setpgid(0, 0);
    dup2(out_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    execv(path, argv);
    _exit(127);
}

static bool start_sim(struct cli *cli, const struct demo_arguments *arguments, const char *clock,
                      int log_fd, struct err *err)
{
    char path[PATH_MAX], latency[16];
    int pipe_fds[2];
    if (!sim_path(path, err)) {
        return false;
    }
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
        return err_set(err, ERR_IO, "demo: %s", strerror(errno));
    }
    snprintf(latency, sizeof latency, "%d", DEMO_LATENCY_MS);
    const char *const args[] = {"--port", "0",          "--clock-speed",     clock, "--latency",
                                latency,  "--scenario", arguments->scenario, NULL};
    cli->sim_pid = spawn(path, args, pipe_fds[1], log_fd);
    close(pipe_fds[1]);
    FILE *stream = fdopen(pipe_fds[0], "r");
    char line[256] = "", url[200] = "";
    struct pollfd pfd = {.fd = pipe_fds[0], .events = POLLIN};
    bool ready = stream && poll(&pfd, 1, START_TIMEOUT_MS) > 0 &&
                 fgets(line, sizeof line, stream) && sscanf(line, "READY %199s", url) == 1;
    if (stream) {
        fclose(stream);
    }
    if (!ready) {
        return err_set(err, ERR_IO,
                       "demo: the simulator did not start with scenario '%s'; "
                       "'adtop-sim --scenario %s' says why",
                       arguments->scenario, arguments->scenario);
    }
    snprintf(cli->config.base_url, sizeof cli->config.base_url, "%s", url);
    cli->base_url_given = true;
    return true;
}

/* The directory goes, and its log with it: what it ended with is said here. */
static bool engine_failed(const struct cli *cli, struct err *err)
{
    char path[128], line[LOG_LINE], last[LOG_LINE] = "it said nothing";
    snprintf(path, sizeof path, "%s/engine.log", cli->demo_dir);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0]) {
            memcpy(last, line, sizeof last);
        }
    }
    if (file) {
        fclose(file);
    }
    return err_set(err, ERR_IO, "demo: the engine did not start: %.400s", last);
}

static bool start_engine(struct cli *cli, int log_fd, struct err *err)
{
    const char *args[16];
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) {
        return err_set(err, ERR_IO, "demo: %s", strerror(errno));
    }
    self[n] = '\0';
    setenv("META_ACCESS_TOKEN", "demo-token", 1); /* the simulator takes any */
    cli_forward(cli, args, sizeof args / sizeof *args, "engine");
    cli->engine_pid = spawn(self, args, log_fd, log_fd);
    unsetenv("META_ACCESS_TOKEN");
    int64_t deadline = clock_mono_ms() + START_TIMEOUT_MS;
    while (clock_mono_ms() < deadline) {
        struct control *control = control_connect(cli->state_dir, NULL);
        if (control) {
            control_close(control);
            return true;
        }
        if (waitpid(cli->engine_pid, NULL, WNOHANG) == cli->engine_pid) {
            cli->engine_pid = 0;
            break;
        }
        usleep(20 * 1000);
    }
    return engine_failed(cli, err);
}

/* Demos that were killed outright left their directories: ours, old, and held by no engine. */
static void sweep(const char *tmp)
{
    char path[128];
    struct control_holder holder;
    DIR *dir = opendir(tmp);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        struct stat info;
        int n = snprintf(path, sizeof path, "%s/%s", tmp, entry->d_name);
        bool named = strncmp(entry->d_name, DEMO_PREFIX, sizeof DEMO_PREFIX - 1) == 0;
        if (named && n > 0 && (size_t)n < sizeof path && lstat(path, &info) == 0 &&
            S_ISDIR(info.st_mode) && info.st_uid == getuid() &&
            time(NULL) - info.st_mtime > LEFT_BEHIND_S && !control_lock_holder(path, &holder)) {
            cli_remove_tree(path);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

static bool start(struct cli *cli, const struct demo_arguments *arguments, struct err *err)
{
    const char *tmp = getenv("TMPDIR");
    char log_path[128], clock[64];
    /* /tmp when TMPDIR is long: the directory's name has a bound */
    bool usable = tmp && tmp[0] == '/' && strlen(tmp) < 32;
    sweep(usable ? tmp : "/tmp");
    snprintf(cli->demo_dir, sizeof cli->demo_dir, "%s/" DEMO_PREFIX "XXXXXX",
             usable ? tmp : "/tmp");
    if (!mkdtemp(cli->demo_dir)) {
        cli->demo_dir[0] = '\0';
        return err_set(err, ERR_IO, "demo: no directory in %s: %s; set TMPDIR",
                       usable ? tmp : "/tmp", strerror(errno));
    }
    snprintf(cli->state_dir, sizeof cli->state_dir, "%s", cli->demo_dir);
    int64_t now_s = clock_real_ms() / 1000;
    cli->clock = (struct clock){.speed = DEMO_SPEED, .anchor_ms = now_s * 1000};
    cli->clock_given = true;
    snprintf(clock, sizeof clock, "%d@%lld", DEMO_SPEED, (long long)now_s);
    snprintf(log_path, sizeof log_path, "%s/engine.log", cli->demo_dir);
    int log_fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) {
        return err_set(err, ERR_IO, "demo: %s: %s", log_path, strerror(errno));
    }
    bool ok = drill_configure(cli, arguments->scenario, err) &&
              start_sim(cli, arguments, clock, log_fd, err) && start_engine(cli, log_fd, err);
    close(log_fd);
    return ok;
}

int demo_run(struct cli *cli, const struct words *words, struct err *err)
{
    struct demo_arguments arguments = {.scenario = "busy-day"};
    const char *lasts = words->value[WORD_FOR];
    if (words_given(words, WORD_SCENARIO)) {
        arguments.scenario = words->value[WORD_SCENARIO];
    }
    if (lasts && !duration_parse(lasts, &arguments.for_ms)) {
        err_set(err, ERR_USAGE, "demo: --for %.40s: give a duration such as 30s", lasts);
        return EXIT_USAGE;
    }
    if (!start(cli, &arguments, err)) {
        return EXIT_ERROR;
    }
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !cli->plain;
    cli->console = true;
    if (!terminal) {
        cli->plain = true;
        cli->for_ms = arguments.for_ms ? arguments.for_ms : PLAIN_MS;
        printf("adtop demo: scenario %s, %d times as fast, for %d s (no terminal)\n",
               arguments.scenario, DEMO_SPEED, (int)(cli->for_ms / 1000));
        fflush(stdout);
    } else {
        cli->for_ms = arguments.for_ms;
    }
    return EXIT_OK;
}
