/* A handle of another copy of the library in the process is an error in this one, in every call, and so the other way round. `strangers COPY` */

#include <dlfcn.h>

#include "every.h"

/* A function of the other copy by its name. ISO C has no cast from an object's address to a function's. */
#define LOAD(into, name)                     \
  do {                                       \
    void *address_ = dlsym(library, #name);  \
    CHECK(address_ != NULL);                 \
    memcpy(&(into), &address_, sizeof(into)); \
  } while (0)

int main(int count, char **arguments) {
  CHECK(count == 2);
  void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  CHECK(library != NULL);
  struct maker other;
  LOAD(other.meeting_open, framegate_meeting_open);
  LOAD(other.digest_of, framegate_digest_of);
  LOAD(other.show, framegate_meeting_show);
  LOAD(other.join, framegate_meeting_join);
  LOAD(other.grant, framegate_meeting_grant);
  LOAD(other.withdraw, framegate_meeting_withdraw);
  LOAD(other.stream_open, framegate_stream_open);
  LOAD(other.outlet_open, framegate_outlet_open);
  LOAD(other.tap_open, framegate_tap_open);
  LOAD(other.tap_admit, framegate_tap_admit);
  LOAD(other.tap_end, framegate_tap_end);
  LOAD(other.group_open, framegate_group_open);
  LOAD(other.ledger_read, framegate_ledger_read);
  LOAD(other.past_open, framegate_past_meeting_open);
  LOAD(other.verifier_open, framegate_verifier_open);
  LOAD(other.key_open, framegate_meeting_key_open);
  LOAD(other.stream_key_open, framegate_stream_key_open);
  LOAD(other.clock_open, framegate_capture_clock_open);
  LOAD(other.map_open, framegate_source_map_open);
  CHECK(other.meeting_open != framegate_meeting_open);

  static struct lines kept, kept_there;
  const struct handles own = made_by(&OWN, "ann", &kept);
  const struct handles odd = made_by(&other, "ben", &kept_there);
  refuse(own, odd, FRAMEGATE_ERROR_HANDLE);
  puts("handles of another copy: refused by every call");
  return 0;
}
