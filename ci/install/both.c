/* Two static libraries of Rust's in one program. */
#include <framegate.h>

int other_catches(void);

int main(void) {
  framegate_digest digest;
  return other_catches() == 1 && framegate_digest_of(FRAMEGATE_STRING("both"), &digest) == FRAMEGATE_OK ? 0 : 1;
}
