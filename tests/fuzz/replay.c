/* Runs a fuzz target over every file of the folders that it is given: the committed corpus as a plain test. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool replay_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return false;
    static uint8_t bytes[1 << 20];
    size_t size = fread(bytes, 1, sizeof(bytes), in);
    fclose(in);
    uint8_t *exact = malloc(size ? size : 1); /* of its exact size, so that the sanitizer sees an overrun */
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return true;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (!dir) {
            fprintf(stderr, "%s: no such corpus\n", argv[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(dir));) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
            files += replay_file(path);
        }
        closedir(dir);
    }
    printf("%d passed, %d failed\n", files, files == 0);
    return files == 0;
}
