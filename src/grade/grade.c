#include "grade/grade.h"

enum { HIGHEST = 5 };

int grade_level(const struct pack *pack, const int *scores, int urgency, struct grade *out, struct fault *why)
{
	struct grade grade = { 0 };

	if (urgency < 0 || urgency > pack->urgency_most)
		return fault_say(why, FAULT_INVALID, "urgency raises a level by 0 to %d, not by %d",
				 "紧急程度可使等级提高 0 至 %d 级，不能是 %d 级", pack->urgency_most,
				 urgency);
	for (size_t i = 0; i < pack->dimension_count; i++) {
		int score = scores[i];

		if (score < 0 || score > HIGHEST)
			return fault_say(why, FAULT_INVALID, "%.0s%s: score %d is not 1..5",
					 "%s（%s）：得分 %d 不在 1 至 5 之内", pack->dimensions[i].label.zh,
					 pack->dimensions[i].code, score);
		if (!score) {
			score = pack->unknown_score;
			grade.incomplete = true;
		}
		if (score > grade.level)
			grade.level = score;
	}
	grade.level += urgency;
	if (grade.level > HIGHEST)
		grade.level = HIGHEST;
	*out = grade;
	return 0;
}
