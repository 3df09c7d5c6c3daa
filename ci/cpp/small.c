/* framegate.h where addresses have 32 bits: what has no addresses in it is laid out as elsewhere. */
#include <framegate.h>

#ifdef __cplusplus
#define IS(condition) static_assert(condition, #condition)
#else
#define IS(condition) _Static_assert(condition, #condition)
#endif

IS(sizeof(void *) == 4);
IS(sizeof(framegate_meeting) == 8 && sizeof(framegate_tap) == 8);
IS(sizeof(framegate_participant) == 8 && sizeof(framegate_stream) == 16 && sizeof(framegate_scope) == 4);
IS(sizeof(framegate_tag) == 16 && sizeof(framegate_decision) == 16 && sizeof(framegate_carried) == 40);
IS(sizeof(framegate_string) == 8 && sizeof(framegate_plane) == 12 && sizeof(framegate_payload) == 56);
IS(FRAMEGATE_KINDS(0) == 0 && FRAMEGATE_KINDS(FRAMEGATE_KIND_AUDIO) == 1 && FRAMEGATE_KINDS(FRAMEGATE_KIND_UNCLASSIFIED) == 0x8000 && FRAMEGATE_KINDS(FRAMEGATE_NO_KIND) == 0);
